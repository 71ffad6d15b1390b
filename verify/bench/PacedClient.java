import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/**
 * An HTTP/1.1 client that sends at a rate, whether answers come or not: an open loop. Requests are due at seeded random
 * times (a Poisson process, as of independent users); each goes out on a free one of the kept connections, or waits for one.
 * A latency runs from when the request was due to the answer's last byte, so that a proxy's pause is felt by all requests
 * that fall into it. Latencies of the first second are left out: they are this client's own, which runs its code for the first
 * time.
 *
 * <p>Arguments: host, port, path, connections, requests a second, seconds, bytes of a body. Prints one line of JSON,
 * latencies in microseconds.
 */
final class PacedClient {
  private static final long NAP_NANOS = 15_000;
  private static final double LEAD_IN_SECONDS = 1;
  private static final long GRACE_NANOS = 2_000_000_000L;
  private static final byte[] STATUS = "HTTP/1.1 200".getBytes(StandardCharsets.US_ASCII);

  private final Selector selector = Selector.open();
  private final ArrayDeque<Connection> free = new ArrayDeque<>();
  private final byte[] request;
  private final int bodyBytes;
  private final long[] dueNanos;
  private final long[] latencyNanos;
  private long start;
  private int sent;
  private int timed;
  private int answered;
  private int failed;
  private long bytes;

  private PacedClient(byte[] request, int bodyBytes, long[] dueNanos) throws IOException {
    this.request = request;
    this.bodyBytes = bodyBytes;
    this.dueNanos = dueNanos;
    this.latencyNanos = new long[dueNanos.length];
  }

  public static void main(String[] arguments) throws IOException {
    Locale.setDefault(Locale.ROOT);
    napPrecisely();
    var address = new InetSocketAddress(arguments[0], Integer.parseInt(arguments[1]));
    String head = "GET " + arguments[2] + " HTTP/1.1\r\nHost: bench.test\r\n\r\n";
    double seconds = LEAD_IN_SECONDS + Double.parseDouble(arguments[5]);
    var client =
        new PacedClient(
            head.getBytes(StandardCharsets.US_ASCII),
            Integer.parseInt(arguments[6]),
            schedule(Double.parseDouble(arguments[4]), seconds));
    client.connect(address, Integer.parseInt(arguments[3]));
    client.run();
    client.print(seconds);
  }

  /** By default the kernel may let a thread sleep 50 µs too long. */
  private static void napPrecisely() {
    try {
      Files.writeString(Path.of("/proc/thread-self/timerslack_ns"), "1");
    } catch (IOException e) {
      System.err.println("Naps stay imprecise: " + e);
    }
  }

  private static long[] schedule(double rate, double seconds) {
    var random = new Random(1);
    long[] due = new long[(int) (rate * seconds)];
    double at = 0;
    for (int i = 0; i < due.length; i++) {
      at -= Math.log(1 - random.nextDouble()) / rate;
      due[i] = (long) (at * 1e9);
    }
    return due;
  }

  private void connect(InetSocketAddress address, int connections) throws IOException {
    for (int i = 0; i < connections; i++) {
      SocketChannel channel = SocketChannel.open(address);
      channel.configureBlocking(false);
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      var connection = new Connection(channel);
      channel.register(selector, SelectionKey.OP_READ, connection);
      free.add(connection);
    }
  }

  private void run() throws IOException {
    start = System.nanoTime();
    long end = start + dueNanos[dueNanos.length - 1] + GRACE_NANOS;
    while (answered + failed < dueNanos.length && System.nanoTime() - end < 0) {
      boolean isIdle = selector.selectNow(this::read) == 0;
      isIdle &= !sendWhatIsDue();
      if (isIdle) {
        LockSupport.parkNanos(NAP_NANOS);
      }
    }
    failed = dueNanos.length - answered;
  }

  private boolean sendWhatIsDue() throws IOException {
    int before = sent;
    while (sent < dueNanos.length && !free.isEmpty() && System.nanoTime() - start >= dueNanos[sent]) {
      free.remove().send(start + dueNanos[sent]);
      sent++;
    }
    return sent > before;
  }

  private void read(SelectionKey key) {
    var connection = (Connection) key.attachment();
    try {
      if (connection.read()) {
        free.add(connection);
        answered(connection);
      }
    } catch (IOException e) {
      key.cancel();
      failed++;
    }
  }

  private void answered(Connection connection) {
    answered++;
    if (connection.due - start >= LEAD_IN_SECONDS * 1e9) {
      latencyNanos[timed++] = System.nanoTime() - connection.due;
    }
  }

  private void print(double seconds) {
    long[] sorted = Arrays.copyOf(latencyNanos, timed);
    Arrays.sort(sorted);
    System.out.printf(
        "{\"requests\":%d,\"micros\":%.0f,\"bytes\":%d,\"failed\":%d,\"p50\":%.0f,\"p99\":%.0f,\"p999\":%.0f}%n",
        answered,
        seconds * 1e6,
        bytes,
        failed,
        percentile(sorted, 0.5),
        percentile(sorted, 0.99),
        percentile(sorted, 0.999));
  }

  private static double percentile(long[] sorted, double share) {
    return sorted.length == 0 ? 0 : sorted[(int) (share * (sorted.length - 1))] / 1e3;
  }

  /** A kept connection with at most one request on it. */
  private final class Connection {
    private final SocketChannel channel;
    private final ByteBuffer output = ByteBuffer.allocateDirect(request.length).put(request);
    private final ByteBuffer input = ByteBuffer.allocateDirect(4_096 + bodyBytes);
    private long due;

    Connection(SocketChannel channel) {
      this.channel = channel;
    }

    void send(long due) throws IOException {
      this.due = due;
      input.clear();
      output.rewind();
      if (channel.write(output) < request.length) {
        throw new IOException("a request did not fit into an empty connection");
      }
    }

    /** Whether the answer is complete. */
    boolean read() throws IOException {
      if (channel.read(input) < 0) {
        throw new IOException("closed");
      }
      int head = headBytes();
      if (head < 0 || input.position() < head + bodyBytes) {
        return false;
      }
      for (int i = 0; i < STATUS.length; i++) {
        if (input.get(i) != STATUS[i]) {
          throw new IOException("not a 200");
        }
      }
      bytes += input.position();
      return true;
    }

    private int headBytes() {
      for (int i = 3; i < input.position(); i++) {
        if (input.get(i) == '\n' && input.get(i - 1) == '\r' && input.get(i - 2) == '\n') {
          return i + 1;
        }
      }
      return -1;
    }
  }
}
