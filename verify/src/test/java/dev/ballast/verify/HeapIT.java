package dev.ballast.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/**
 * A stream of hours pins nothing old: as many idle streams, each begun under a revision of its own of a configuration with
 * 10,000 backends, leave the LB server's live heap as large as when all have begun under one revision.
 *
 * <p>{@code -Dballast.heap.streams=2000} is a longer run, 200 a quick one.
 */
class HeapIT {
  private static final int BACKENDS = 10_000;
  private static final int LOOKS = 5;
  private static final int STREAMS = Integer.getInteger("ballast.heap.streams", 1_000);
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Pattern TOTAL = Pattern.compile("(?m)^Total +(\\d+) +(\\d+)");

  /** What the collector puts where it leaves the dead for the time being: nothing that is alive. */
  private static final Pattern FILLERS =
      Pattern.compile("(?m)^ *\\d+: +\\d+ +(\\d+) +\\S*jdk\\.internal\\.vm\\.Filler");

  private static final Pattern SNAPSHOTS =
      Pattern.compile("(?m)^ *\\d+: +(\\d+) +\\d+ +dev\\.ballast\\.model\\.Snapshot(?: |$)");

  private static final Deployment SYSTEM = Deployment.create("heap");

  @AfterAll
  static void stop() {
    SYSTEM.close();
  }

  /** What is alive after a full collection. */
  private record Heap(long bytes, long snapshots) {
    /** Of a few looks: the last snapshot may be on its way to the disk, and is garbage a moment later. */
    static Heap leastOf(String name, long pid) {
      Heap least = Heap.of(name, pid);
      for (int look = 1; look < LOOKS; look++) {
        Heap next = Heap.of(name, pid);
        least = next.bytes() < least.bytes() ? next : least;
      }
      return least;
    }

    /** The whole histogram goes to a file, for whoever has to find out what grew. */
    static Heap of(String name, long pid) {
      String histogram =
          Finished.tool(
                  Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                  Long.toString(pid),
                  "GC.class_histogram")
              .orFail()
              .out();
      write(SYSTEM.directory().resolve("histogram-" + name + ".txt"), histogram);
      Matcher total = TOTAL.matcher(histogram);
      Matcher snapshots = SNAPSHOTS.matcher(histogram);
      assertThat(total.find()).as(histogram).isTrue();
      return new Heap(
          Long.parseLong(total.group(2)) - fillers(histogram),
          snapshots.find() ? Long.parseLong(snapshots.group(1)) : 0);
    }
  }

  private static long fillers(String histogram) {
    return FILLERS
        .matcher(histogram)
        .results()
        .mapToLong(row -> Long.parseLong(row.group(1)))
        .sum();
  }

  private static void write(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  @Test
  void shouldKeepTheHeapFlatUnderIdleStreamsOfManyRevisions() throws Exception {
    SYSTEM.startController("controller");
    LbProcess lb = SYSTEM.startLb("lb1");
    lb.awaitConnected();
    String echo = SYSTEM.startBackend("echo") + ":" + Web.BACKEND_TCP;
    SYSTEM.applied(Web.loadBalancer() + "kind: Pool\nname: web\n---\n" + pool(echo));
    lb.awaitReady();

    Heap underOne = heapWithStreams("one", lb, _ -> {});
    Heap underMany =
        heapWithStreams(
            "many",
            lb,
            i -> SYSTEM.applied(weightOf("b%05d".formatted(i * 31 % BACKENDS), echo, 2 + i % 7)));

    Figures.print("heap_streams", STREAMS);
    Figures.print("heap_bytes_under_one_revision", underOne.bytes());
    Figures.print("heap_bytes_under_many_revisions", underMany.bytes());
    Figures.print(
        "heap_growth_percent", 100.0 * (underMany.bytes() - underOne.bytes()) / underOne.bytes());
    Figures.print("heap_snapshots_alive", underMany.snapshots());
    assertThat(underMany.bytes()).isCloseTo(underOne.bytes(), Percentage.withPercentage(10));
    assertThat(underMany.snapshots()).as("live instances of Snapshot").isCloseTo(0L, within(10L));
  }

  private interface BeforeEachStream {
    void accept(int i);
  }

  private static Heap heapWithStreams(String name, LbProcess lb, BeforeEachStream change)
      throws IOException {
    List<Socket> streams = new ArrayList<>();
    try {
      for (int i = 0; i < STREAMS; i++) {
        change.accept(i);
        streams.add(idleStream(lb));
      }
      return Heap.leastOf(name, lb.process().pid());
    } finally {
      for (Socket stream : streams) {
        stream.close();
      }
    }
  }

  /** One that has reached its backend and come back. */
  private static Socket idleStream(LbProcess lb) throws IOException {
    Socket stream = HttpConnection.connect(Place.HERE, lb.at(Web.TCP), PATIENCE);
    stream.getOutputStream().write('x');
    assertThat(stream.getInputStream().read()).isEqualTo('x');
    return stream;
  }

  private static String pool(String address) {
    var document =
        new StringBuilder(
            """
            kind: Pool
            name: echo
            algorithm: {type: weighted-round-robin}
            timeouts: {idle: 30m}
            backends:
            """);
    for (int i = 0; i < BACKENDS; i++) {
      document.append("  - {name: b%05d, address: \"%s\"}%n".formatted(i, address));
    }
    return document.toString();
  }

  private static String weightOf(String backend, String address, int weight) {
    return "kind: Backend\npool: echo\nname: %s\naddress: \"%s\"\nweight: %d\n"
        .formatted(backend, address, weight);
  }
}
