/* SPDX-License-Identifier: Apache-2.0 */
/* record.h - the operations of a record call, for all its variants. n observations are in record_n.c. */
#ifndef PERCPU_RECORD_H
#define PERCPU_RECORD_H

#include "buckets.h"
#include "compiler.h"
#include "percpu.h"

/*
 * Every call in record.c and record_atomic.c passes the operation as a
 * constant. So the compiler generates separate code for each operation.
 */
enum operation {
	ADD_LONG,
	ADD_DOUBLE,
	OBSERVE_LONG,
	OBSERVE_DOUBLE,
};

ALWAYS_INLINE enum percpu_sum_kind sum_kind_of(enum operation operation)
{
	return operation == ADD_DOUBLE || operation == OBSERVE_DOUBLE ? PERCPU_SUM_DOUBLE : PERCPU_SUM_LONG;
}

#endif /* PERCPU_RECORD_H */
