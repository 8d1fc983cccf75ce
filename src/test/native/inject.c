/* SPDX-License-Identifier: Apache-2.0 */
/* inject.c - a part of the library in the variant "inject"; see inject.h. */
#include "inject.h"

struct percpu_inject percpu_inject;

struct percpu_inject *percpu_injected(void)
{
	return &percpu_inject;
}
