/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEGACY_OWNER_H
#define LEGACY_OWNER_H

/* Found through LD_LIBRARY_PATH, or beside the test program. */
#define LEGACY_OWNER_FILE "liblegacy_owner.so"

/* int (void): registers the calling thread, once; 0 or -errno. */
#define LEGACY_OWNER_REGISTER "legacy_owner_register"

#endif /* LEGACY_OWNER_H */
