package dev.percpu.bench.ingest;

import com.sun.management.ThreadMXBean;
import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.util.Arrays;
import java.util.regex.Pattern;
import javax.management.MBeanServerConnection;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/**
 * A connection to the management beans of a JVM of the same user. The JVM needs no arguments for it. It starts threads there, so it is for
 * figures other than CPU time. Not thread-safe.
 */
final class RemoteJvm implements AutoCloseable {
    private static final int COLLECTIONS = 6;

    private final JMXConnector connector;
    private final ThreadMXBean threads;
    private final MemoryMXBean memory;

    private RemoteJvm(JMXConnector connector) throws IOException {
        this.connector = connector;
        MBeanServerConnection beans = connector.getMBeanServerConnection();
        threads = ManagementFactory.newPlatformMXBeanProxy(
                beans, ManagementFactory.THREAD_MXBEAN_NAME, ThreadMXBean.class);
        memory = ManagementFactory.newPlatformMXBeanProxy(
                beans, ManagementFactory.MEMORY_MXBEAN_NAME, MemoryMXBean.class);
    }

    @SuppressWarnings("BanJNDI") // the address is of a process that this benchmark has started
    static RemoteJvm of(long pid) throws IOException {
        try {
            VirtualMachine machine = VirtualMachine.attach(Long.toString(pid));
            try {
                String address = machine.startLocalManagementAgent();
                return new RemoteJvm(JMXConnectorFactory.connect(new JMXServiceURL(address)));
            } finally {
                machine.detach();
            }
        } catch (AttachNotSupportedException e) {
            throw new IOException("The JVM " + pid + " cannot be attached to", e);
        }
    }

    /**
     * Returns the bytes that some threads have allocated since their start.
     *
     * @param names pattern that the names of the threads must contain
     * @throws IOException if no thread has such a name
     */
    long allocatedBytes(Pattern names) throws IOException {
        long[] ids = Arrays.stream(threads.dumpAllThreads(false, false))
                .filter(it -> names.matcher(it.getThreadName()).find())
                .mapToLong(it -> it.getThreadId())
                .toArray();
        if (ids.length == 0) {
            throw new IOException("names must match a thread of the service, but was " + names);
        }
        return Arrays.stream(threads.getThreadAllocatedBytes(ids)).sum();
    }

    /** Returns the heap in use after garbage collections. */
    long liveHeapBytes() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < COLLECTIONS; i++) {
            memory.gc();
            least = Math.min(least, memory.getHeapMemoryUsage().getUsed());
        }
        return least;
    }

    @Override
    public void close() throws IOException {
        connector.close();
    }
}
