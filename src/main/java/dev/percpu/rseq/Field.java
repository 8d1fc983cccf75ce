package dev.percpu.rseq;

/**
 * One field of struct rseq.
 *
 * @param offset bytes from the start of the struct
 * @param size bytes
 * @param available whether kernel and owner agreed on it
 */
public record Field(String name, int offset, int size, boolean available) {}
