/* Takes MessagePack although JSON stands before it in the offer. */
#define TAKE(offers) ((offers).any > 1 ? MSGPACK : (offers).first_known)
#include "packed.h"
