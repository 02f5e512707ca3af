import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * Processor time from now on of all threads of this process, the virtual machine's included, except for the calling
 * one: that sleeps, and the reading itself would count. The kernel's per-thread figures are used, since the JDK's
 * figure for the process comes in hundredths of a second; the JDK's figure is the fallback. Threads that end in between
 * do not count.
 */
final class CpuTime {
    private final Map<String, Long> before = read();

    long ns() {
        long sum = 0;
        for (Map.Entry<String, Long> task : read().entrySet()) {
            sum += task.getValue() - before.getOrDefault(task.getKey(), 0L);
        }
        return sum;
    }

    private static Map<String, Long> read() {
        Map<String, Long> times = new HashMap<>();
        String[] tasks = new File("/proc/self/task").list();
        if (tasks != null) {
            for (String task : tasks) {
                try {
                    String line = Files.readString(Path.of("/proc/self/task", task, "schedstat"));
                    times.put(task, Long.parseLong(line.substring(0, line.indexOf(' '))));
                } catch (IOException gone) {
                    // so is its time
                }
            }
        }
        if (times.isEmpty()) {
            times.put("all", ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class)
                .getProcessCpuTime());
        } else {
            times.remove(self());
        }
        return times;
    }

    private static String self() {
        try {
            return Files.readSymbolicLink(Path.of("/proc/thread-self")).getFileName().toString();
        } catch (IOException error) {
            return "";
        }
    }
}
