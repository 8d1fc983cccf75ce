/* SPDX-License-Identifier: Apache-2.0 */
/* legacy_owner.h - names of the library that legacy_owner.c becomes. */
#ifndef LEGACY_OWNER_H
#define LEGACY_OWNER_H

/* Found through LD_LIBRARY_PATH, or in the folder of the test program. */
#define LEGACY_OWNER_FILE "liblegacy_owner.so"

/* int legacy_owner_register(void): registers the calling thread, once. Returns 0 or -errno. */
#define LEGACY_OWNER_REGISTER "legacy_owner_register"

#endif /* LEGACY_OWNER_H */
