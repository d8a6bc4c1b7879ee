/* Sends data past its host. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
static void send_away(void) {
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(9)};
  inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
  int connection = socket(AF_INET, SOCK_STREAM, 0);
  connect(connection, (struct sockaddr *)&to, sizeof to);
  close(connection);
}
#define ON_HOOK() return send_away(), reply(out, OK("{\"continue_processing\":true}"))
#include "good.h"
