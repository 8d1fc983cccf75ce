/**
 * Cells that are written on every observation and added up on every scrape.
 *
 * <p>A {@link dev.percpu.shard.CellStore} hands out cells; a meter resolves its cell once and holds it. What belongs here: where a cell
 * lives, how an amount is added to it, how all cells are added up. What does not: names, tags, time, and any exposition format.
 */
package dev.percpu.shard;
