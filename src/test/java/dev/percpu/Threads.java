package dev.percpu;

import java.util.concurrent.ThreadFactory;

/** The threads that record in a test. */
public enum Threads {
    PLATFORM {
        @Override
        public ThreadFactory factory() {
            return Thread.ofPlatform().daemon().factory();
        }
    },
    VIRTUAL {
        @Override
        public ThreadFactory factory() {
            return Thread.ofVirtual().factory();
        }
    };

    /** Returns a factory of such threads. */
    public abstract ThreadFactory factory();
}
