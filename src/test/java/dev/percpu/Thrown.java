package dev.percpu;

/** Throws a checked exception where the compiler allows none, as user code in another language can. */
public final class Thrown {
    private Thrown() {}

    /** Throws the failure. The result is for the compiler: {@code throw unchecked(failure)}. */
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    public static <E extends Throwable> RuntimeException unchecked(Throwable failure) throws E {
        throw (E) failure;
    }
}
