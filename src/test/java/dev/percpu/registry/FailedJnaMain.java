package dev.percpu.registry;

import com.sun.jna.Native;

/** Uses JNA before the library does, and ignores that JNA fails. */
public final class FailedJnaMain {
    private FailedJnaMain() {}

    public static void main(String[] arguments) {
        try {
            System.out.println("JNA has pointers of " + Native.POINTER_SIZE + " bytes");
        } catch (UnsatisfiedLinkError e) {
            System.out.println("JNA failed: " + e.getMessage());
        }
        FallbackMain.main(arguments);
    }
}
