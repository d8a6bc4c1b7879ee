/* Does not register when an offer holds a codec that it does not know. */
#define TAKE(offers) ((offers).any && !(offers).first ? (reply(slot, ERROR("invalid_request", "what codec is that?")), -1) : (offers).first_known)
#define ON_CHOICE(codec) if (codec < 0) return 0; __atomic_store_n(&chosen, (codec) == MSGPACK, __ATOMIC_RELEASE)
#include "packed.h"
