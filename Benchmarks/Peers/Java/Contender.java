import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;

/**
 * The queues under test. Adaptors are found by name, so that this process loads one only: to the compiler each abstract
 * method of {@link Channel} and its ends then has a single body. A library that is not on the class path is not listed.
 */
enum Contender {
    ARRAY_BLOCKING_QUEUE("array-blocking-queue", "parks", "ArrayBlocking", "java.util.concurrent.ArrayBlockingQueue",
        null),
    JCTOOLS("jctools", "yields", "JcTools", "org.jctools.queues.MessagePassingQueue", "org.jctools/jctools-core"),
    DISRUPTOR("disruptor", "parks", "DisruptorRing", "com.lmax.disruptor.RingBuffer", "com.lmax/disruptor");

    private final String name, waits, adaptor, library, artifact;

    /** {@code artifact}: the path of the version in the library's archive; null for queues of the JDK. */
    Contender(String name, String waits, String adaptor, String library, String artifact) {
        this.name = name;
        this.waits = waits;
        this.adaptor = adaptor;
        this.library = library;
        this.artifact = artifact;
    }

    boolean isHere() {
        try {
            find(library);
            find(adaptor);
            return true;
        } catch (ClassNotFoundException | LinkageError error) {
            return false;
        }
    }

    Channel open(int capacity, int senders, int receivers) throws ReflectiveOperationException {
        return (Channel) Class.forName(adaptor).getDeclaredConstructor(int.class, int.class, int.class)
            .newInstance(capacity, senders, receivers);
    }

    String line() throws IOException {
        return name + "\t" + version() + "\t" + waits;
    }

    /** The property NAME.version goes first: what distributions build from JCTools' tags calls itself a snapshot. */
    private String version() throws IOException {
        if (artifact == null) return System.getProperty("java.version");
        Properties properties = new Properties();
        String path = "META-INF/maven/" + artifact + "/pom.properties";
        try (InputStream file = ClassLoader.getSystemResourceAsStream(path)) {
            if (file != null) properties.load(file);
        }
        return System.getProperty(name + ".version", properties.getProperty("version", "unknown"));
    }

    private static Class<?> find(String name) throws ClassNotFoundException {
        return Class.forName(name, false, Contender.class.getClassLoader());
    }

    @Override
    public String toString() {
        return name;
    }
}
