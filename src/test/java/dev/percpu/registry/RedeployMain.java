package dev.percpu.registry;

import java.io.File;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * A server that deploys an application again and again, each time in a new class loader, and then prints what is left: class loaders,
 * threads and the memory of regions.
 *
 * <p>Arguments: {@code shared} for one JNA in the loader of the server, {@code own} for one in each application; the number of deployments;
 * the time to wait, in seconds.
 */
final class RedeployMain {
    /** Less than a region has. Larger than the stack of a thread. */
    private static final long REGION_KIB = 16 << 10;

    private RedeployMain() {}

    public static void main(String[] arguments) throws Exception {
        boolean shared = arguments[0].equals("shared");
        ClassLoader server = new URLClassLoader(
                classPath(path -> shared && path.contains("/jna")), ClassLoader.getPlatformClassLoader());
        URL[] application = classPath(path -> !shared || !path.contains("/jna"));
        Set<String> threads = threads();
        List<WeakReference<ClassLoader>> loaders = new ArrayList<>();
        for (int i = 0; i < Integer.parseInt(arguments[1]); i++) {
            loaders.add(deploy(server, application));
        }
        System.out.println("regions before: " + (regionKib() > 0 ? "some" : "none"));
        long end = System.nanoTime() + Integer.parseInt(arguments[2]) * 1_000_000_000L;
        do {
            System.gc();
            Thread.sleep(200);
        } while (System.nanoTime() < end
                && (alive(loaders) > 1 || !left(threads).isEmpty() || regionKib() > 0));
        System.out.println(
                "loaders: " + alive(loaders) + ", threads: " + left(threads) + ", regions: " + regionKib() + " KiB");
    }

    private static WeakReference<ClassLoader> deploy(ClassLoader server, URL[] application) throws Exception {
        try (URLClassLoader loader = new URLClassLoader(application, server)) {
            Thread.currentThread().setContextClassLoader(loader);
            Runnable started = (Runnable) loader.loadClass(RedeployedApplication.class.getName())
                    .getConstructor()
                    .newInstance();
            started.run();
            return new WeakReference<>(loader);
        } finally {
            Thread.currentThread().setContextClassLoader(server);
        }
    }

    private static URL[] classPath(Predicate<String> selected) throws MalformedURLException {
        List<URL> urls = new ArrayList<>();
        for (String path : System.getProperty("java.class.path").split(File.pathSeparator)) {
            if (selected.test(path)) {
                urls.add(Path.of(path).toUri().toURL());
            }
        }
        return urls.toArray(URL[]::new);
    }

    private static long alive(List<WeakReference<ClassLoader>> loaders) {
        return loaders.stream().filter(loader -> loader.get() != null).count();
    }

    private static Set<String> left(Set<String> before) {
        Set<String> now = threads();
        now.removeAll(before);
        return now;
    }

    /**
     * Returns the names of all threads but those that are not of the applications: JNA's, which runs as long as JNA is used, and the JDK's,
     * which waits a minute for further processes after JNA has called ldconfig.
     */
    private static Set<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> !name.equals("JNA Cleaner") && !name.equals("process reaper"))
                .collect(Collectors.toSet());
    }

    /** Returns the size of all regions, in KiB: no other large mapping of the process excludes huge pages. */
    private static long regionKib() throws IOException {
        long total = 0;
        long size = 0;
        for (String line : Files.readAllLines(Path.of("/proc/self/smaps"))) {
            String[] words = line.split("\\s+");
            if (words[0].equals("Size:")) {
                size = Long.parseLong(words[1]);
            } else if (words[0].equals("VmFlags:")
                    && size >= REGION_KIB
                    && List.of(words).contains("nh")) {
                total += size;
            }
        }
        return total;
    }
}
