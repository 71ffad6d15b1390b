import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Clients that take a lock and release it at once, again and again: a closed loop, a platform thread each, in one process and over one
 * instance of the library. A latency runs from before the acquiring to after the release. Between runs the process waits.
 *
 * <p>Arguments: the class of the {@link Locker}, what it is given. Reads lines {@code CLIENTS one|different SECONDS} and answers each by one line
 * of JSON, latencies in microseconds.
 */
final class LockLoad {
  private final Locker locker;
  private int runs;

  private LockLoad(Locker locker) {
    this.locker = locker;
  }

  public static void main(String... arguments) throws Exception {
    var locker =
        (Locker)
            Class.forName(arguments[0]).getDeclaredConstructor(String.class).newInstance(arguments[1]);
    var load = new LockLoad(locker);
    var out = System.out;
    System.setOut(System.err);
    out.println("ready");
    var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String[] words = line.split(" ");
      out.println(
          load.run(
              Integer.parseInt(words[0]), words[1].equals("one"), Double.parseDouble(words[2])));
    }
    locker.close();
    System.exit(0);
  }

  private String run(int clients, boolean isOneName, double seconds) throws Exception {
    runs++;
    try (ExecutorService threads = Executors.newFixedThreadPool(clients)) {
      var running = new ArrayList<Future<List<Long>>>();
      long start = System.nanoTime();
      long end = start + (long) (seconds * 1e9);
      for (int i = 0; i < clients; i++) {
        String name = "bench-" + runs + "-" + (isOneName ? 0 : i);
        Callable<List<Long>> client = () -> client(name, end);
        running.add(threads.submit(client));
      }
      var all = new ArrayList<Long>();
      int failed = 0;
      for (var client : running) {
        for (long latency : client.get()) {
          if (latency < 0) {
            failed++;
          } else {
            all.add(latency);
          }
        }
      }
      return json(all, failed, (System.nanoTime() - start) / 1e9);
    }
  }

  /** Latencies in nanoseconds; -1 for what failed. */
  private List<Long> client(String name, long end) {
    var latencies = new ArrayList<Long>();
    while (System.nanoTime() < end) {
      long before = System.nanoTime();
      try {
        locker.acquire(name).release();
        latencies.add(System.nanoTime() - before);
      } catch (Exception failure) {
        System.err.println(failure);
        latencies.add(-1L);
      }
    }
    return latencies;
  }

  private static String json(List<Long> latencies, int failed, double seconds) {
    long[] sorted = latencies.stream().mapToLong(Long::longValue).toArray();
    Arrays.sort(sorted);
    return String.format(
        Locale.ROOT,
        "{\"perSecond\": %.1f, \"p50\": %.1f, \"p99\": %.1f, \"failed\": %d}",
        sorted.length / seconds,
        percentile(sorted, 0.50) / 1e3,
        percentile(sorted, 0.99) / 1e3,
        failed);
  }

  private static double percentile(long[] sorted, double share) {
    return sorted.length == 0 ? 0 : sorted[(int) (share * (sorted.length - 1))];
  }
}
