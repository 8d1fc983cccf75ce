package dev.percpu.binding;

import com.sun.jna.Function;
import com.sun.jna.Pointer;
import java.lang.foreign.SymbolLookup;

/**
 * The control functions of the native library, called through JNA. Thread-safe.
 *
 * <p>The signatures are the same as in {@code percpu.h}, where a {@code long} also is an address. Callers get the bound instance from {@code
 * PercpuLibrary}.
 *
 * <p>JNA gets the addresses of the functions, neither a class of this library nor a {@code NativeLibrary}: JNA keeps those longer than the
 * class loader of an application lives.
 */
final class NativeFunctions {
    private static final Object[] NO_ARGUMENTS = {};

    private final Function processStart;
    private final Function processFixMode;
    private final Function processOwner;
    private final Function processMode;
    private final Function pairIsAtomic;
    private final Function threadRegister;
    private final Function threadLastErrno;
    private final Function threadView;
    private final Function rseqTry;
    private final Function membarrier;
    private final Function regionCreate;
    private final Function regionFirstCell;
    private final Function regionReserved;
    private final Function regionResident;
    private final Function shardRestarts;
    private final Function sharedRecords;
    private final Function layout;
    private final Function layoutNames;
    private final Function sum;
    private final Function sumRanges;
    private final Function clear;
    private final Function bucketsSize;
    private final Function bucketsInit;
    private final Function bucketsIndex;
    private final Function selfTestVictim;
    private final Function selfTestDisturb;
    private final Function udpOpen;
    private final Function unixOpen;
    private final Function socketPort;
    private final Function socketBuffer;
    private final Function socketDrops;
    private final Function socketLimitWait;
    private final Function socketWake;
    private final Function socketClose;
    private final Function batchSize;
    private final Function batchInit;

    /**
     * Binds the functions.
     *
     * @param symbols the loaded library
     * @throws java.util.NoSuchElementException if the library lacks a function
     */
    NativeFunctions(SymbolLookup symbols) {
        processStart = function(symbols, "percpu_process_start");
        processFixMode = function(symbols, "percpu_process_fix_mode");
        processOwner = function(symbols, "percpu_process_owner");
        processMode = function(symbols, "percpu_process_mode");
        pairIsAtomic = function(symbols, "percpu_pair_is_atomic");
        threadRegister = function(symbols, "percpu_thread_register");
        threadLastErrno = function(symbols, "percpu_thread_last_errno");
        threadView = function(symbols, "percpu_thread_view");
        rseqTry = function(symbols, "percpu_rseq_try");
        membarrier = function(symbols, "percpu_membarrier");
        regionCreate = function(symbols, "percpu_region_create");
        regionFirstCell = function(symbols, "percpu_region_first_cell");
        regionReserved = function(symbols, "percpu_region_reserved");
        regionResident = function(symbols, "percpu_region_resident");
        shardRestarts = function(symbols, "percpu_shard_restarts");
        sharedRecords = function(symbols, "percpu_shared_records");
        layout = function(symbols, "percpu_layout");
        layoutNames = function(symbols, "percpu_layout_names");
        sum = function(symbols, "percpu_sum");
        sumRanges = function(symbols, "percpu_sum_ranges");
        clear = function(symbols, "percpu_clear");
        bucketsSize = function(symbols, "percpu_buckets_size");
        bucketsInit = function(symbols, "percpu_buckets_init");
        bucketsIndex = function(symbols, "percpu_buckets_index");
        selfTestVictim = function(symbols, "percpu_self_test_victim");
        selfTestDisturb = function(symbols, "percpu_self_test_disturb");
        udpOpen = function(symbols, "percpu_udp_open");
        unixOpen = function(symbols, "percpu_unix_open");
        socketPort = function(symbols, "percpu_socket_port");
        socketBuffer = function(symbols, "percpu_socket_buffer");
        socketDrops = function(symbols, "percpu_socket_drops");
        socketLimitWait = function(symbols, "percpu_socket_limit_wait");
        socketWake = function(symbols, "percpu_socket_wake");
        socketClose = function(symbols, "percpu_socket_close");
        batchSize = function(symbols, "percpu_batch_size");
        batchInit = function(symbols, "percpu_batch_init");
    }

    private static Function function(SymbolLookup symbols, String name) {
        return Function.getFunction(new Pointer(symbols.findOrThrow(name).address()));
    }

    int percpu_process_start(long process) {
        return processStart.invokeInt(new Object[] {process});
    }

    int percpu_process_fix_mode(int mode) {
        return processFixMode.invokeInt(new Object[] {mode});
    }

    int percpu_process_owner() {
        return processOwner.invokeInt(NO_ARGUMENTS);
    }

    int percpu_process_mode() {
        return processMode.invokeInt(NO_ARGUMENTS);
    }

    int percpu_pair_is_atomic(long hwcap) {
        return pairIsAtomic.invokeInt(new Object[] {hwcap});
    }

    int percpu_thread_register() {
        return threadRegister.invokeInt(NO_ARGUMENTS);
    }

    int percpu_thread_last_errno() {
        return threadLastErrno.invokeInt(NO_ARGUMENTS);
    }

    int percpu_thread_view(long out, int length) {
        return threadView.invokeInt(new Object[] {out, length});
    }

    int percpu_rseq_try(long memory, int length) {
        return rseqTry.invokeInt(new Object[] {memory, length});
    }

    int percpu_membarrier(int command, int flags, int cpu) {
        return membarrier.invokeInt(new Object[] {command, flags, cpu});
    }

    int percpu_region_create(int shards, int strideShift, int sumKind, int indexOffset, long out) {
        return regionCreate.invokeInt(new Object[] {shards, strideShift, sumKind, indexOffset, out});
    }

    long percpu_region_first_cell(long region) {
        return regionFirstCell.invokeLong(new Object[] {region});
    }

    long percpu_region_reserved(long region) {
        return regionReserved.invokeLong(new Object[] {region});
    }

    long percpu_region_resident(long region, int page) {
        return regionResident.invokeLong(new Object[] {region, page});
    }

    long percpu_shard_restarts(long region, int shard) {
        return shardRestarts.invokeLong(new Object[] {region, shard});
    }

    long percpu_shared_records(long region) {
        return sharedRecords.invokeLong(new Object[] {region});
    }

    int percpu_layout(int[] out, int capacity) {
        return layout.invokeInt(new Object[] {out, capacity});
    }

    String percpu_layout_names() {
        return layoutNames.invokeString(NO_ARGUMENTS, false);
    }

    int percpu_sum(long region, int first, int last, long from, long to, long out) {
        return sum.invokeInt(new Object[] {region, first, last, from, to, out});
    }

    int percpu_sum_ranges(long region, int first, int last, long count, long offsets, long bytes, long out) {
        return sumRanges.invokeInt(new Object[] {region, first, last, count, offsets, bytes, out});
    }

    int percpu_clear(long region, long from, long to) {
        return clear.invokeInt(new Object[] {region, from, to});
    }

    long percpu_buckets_size(long[] bounds, int count, int sumKind) {
        return bucketsSize.invokeLong(new Object[] {bounds, count, sumKind});
    }

    int percpu_buckets_init(long memory, long[] bounds, int count, int sumKind) {
        return bucketsInit.invokeInt(new Object[] {memory, bounds, count, sumKind});
    }

    int percpu_buckets_index(long buckets, long amount) {
        return bucketsIndex.invokeInt(new Object[] {buckets, amount});
    }

    int percpu_self_test_victim(long test) {
        return selfTestVictim.invokeInt(new Object[] {test});
    }

    int percpu_self_test_disturb(long test) {
        return selfTestDisturb.invokeInt(new Object[] {test});
    }

    int percpu_udp_open(byte[] address, int length, int scope, int port, int buffer, int sharing) {
        return udpOpen.invokeInt(new Object[] {address, length, scope, port, buffer, sharing});
    }

    int percpu_unix_open(byte[] path, int length, int mode) {
        return unixOpen.invokeInt(new Object[] {path, length, mode});
    }

    int percpu_socket_port(int socket) {
        return socketPort.invokeInt(new Object[] {socket});
    }

    long percpu_socket_buffer(int socket) {
        return socketBuffer.invokeLong(new Object[] {socket});
    }

    long percpu_socket_drops(int socket) {
        return socketDrops.invokeLong(new Object[] {socket});
    }

    int percpu_socket_limit_wait(int socket, int millis) {
        return socketLimitWait.invokeInt(new Object[] {socket, millis});
    }

    int percpu_socket_wake(int socket) {
        return socketWake.invokeInt(new Object[] {socket});
    }

    int percpu_socket_close(int socket) {
        return socketClose.invokeInt(new Object[] {socket});
    }

    long percpu_batch_size(int capacity) {
        return batchSize.invokeLong(new Object[] {capacity});
    }

    int percpu_batch_init(long batch, long headers, long slots, int capacity, int slot, int stride) {
        return batchInit.invokeInt(new Object[] {batch, headers, slots, capacity, slot, stride});
    }
}
