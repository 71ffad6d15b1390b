import java.io.IOException;
import java.io.PrintStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;

/**
 * Records how long answers take on a real link: datagrams with a number, sent at an even pace, that come back. The trace goes to
 * standard output: microseconds after the schedule, {@code -} for what has not come back within 5 s.
 *
 * <pre>
 *   java RecordDelays.java echo PORT
 *   java RecordDelays.java relay PORT HOST PORT DELAY_MS DEVIATION_MS LOSS_PERCENT BURST
 *   java RecordDelays.java record HOST PORT COUNT INTERVAL_MS "what this is"
 * </pre>
 *
 * <p>The relay stands between the two where the kernel has no netem: it holds each datagram for a normally distributed time, and
 * loses in bursts of {@code BURST} on average (Gilbert's model), from a fixed seed.
 */
final class RecordDelays {
  private static final int SIZE = 64;

  private RecordDelays() {}

  public static void main(String[] words) throws Exception {
    switch (words[0]) {
      case "echo" -> echo(Integer.parseInt(words[1]));
      case "relay" -> relay(words);
      case "record" -> record(words);
      default -> throw new IllegalArgumentException("echo, relay or record, not " + words[0]);
    }
  }

  private static void echo(int port) throws IOException {
    try (var socket = new DatagramSocket(port)) {
      var packet = new DatagramPacket(new byte[SIZE], SIZE);
      while (true) {
        packet.setLength(SIZE);
        socket.receive(packet);
        socket.send(packet);
      }
    }
  }

  private static void relay(String[] words) throws IOException {
    var target = new InetSocketAddress(InetAddress.getByName(words[2]), Integer.parseInt(words[3]));
    double delay = Double.parseDouble(words[4]);
    double deviation = Double.parseDouble(words[5]);
    double loss = Double.parseDouble(words[6]) / 100;
    double burst = Double.parseDouble(words[7]);
    var random = new Random(1);
    boolean isLosing = false;
    var later = Executors.newSingleThreadScheduledExecutor();
    try (var near = new DatagramSocket(Integer.parseInt(words[1]));
        var far = new DatagramSocket()) {
      var client = new java.util.concurrent.atomic.AtomicReference<java.net.SocketAddress>();
      Thread.ofPlatform().daemon().start(() -> back(far, near, client));
      while (true) {
        var packet = new DatagramPacket(new byte[SIZE], SIZE);
        near.receive(packet);
        client.set(packet.getSocketAddress());
        isLosing =
            isLosing
                ? random.nextDouble() >= 1 / burst
                : random.nextDouble() < loss / (1 - loss) / burst;
        if (!isLosing) {
          packet.setSocketAddress(target);
          long micros = (long) (1e3 * Math.max(0, delay + deviation * random.nextGaussian()));
          later.schedule(() -> send(far, packet), micros, TimeUnit.MICROSECONDS);
        }
      }
    }
  }

  private static void back(
      DatagramSocket from,
      DatagramSocket to,
      java.util.concurrent.atomic.AtomicReference<java.net.SocketAddress> client) {
    try {
      while (true) {
        var packet = new DatagramPacket(new byte[SIZE], SIZE);
        from.receive(packet);
        packet.setSocketAddress(client.get());
        to.send(packet);
      }
    } catch (IOException closed) {
      throw new IllegalStateException(closed);
    }
  }

  private static void send(DatagramSocket socket, DatagramPacket packet) {
    try {
      socket.send(packet);
    } catch (IOException closed) {
      throw new IllegalStateException(closed);
    }
  }

  private static void record(String[] words) throws Exception {
    var target = new InetSocketAddress(InetAddress.getByName(words[1]), Integer.parseInt(words[2]));
    int count = Integer.parseInt(words[3]);
    long interval = TimeUnit.MILLISECONDS.toNanos(Integer.parseInt(words[4]));
    var came = new AtomicLongArray(count);
    try (var socket = new DatagramSocket()) {
      long began = System.nanoTime();
      Thread.ofPlatform().daemon().start(() -> receive(socket, came));
      for (int i = 0; i < count; i++) {
        long at = began + i * interval;
        while (at - System.nanoTime() > 0) {
          LockSupport.parkNanos(at - System.nanoTime());
        }
        byte[] number = ByteBuffer.allocate(8).putInt(i).array();
        socket.send(new DatagramPacket(number, 8, target));
      }
      Thread.sleep(5_000);
      print(words[5], words[4], came, began, interval);
    }
  }

  private static void receive(DatagramSocket socket, AtomicLongArray came) {
    var packet = new DatagramPacket(new byte[SIZE], SIZE);
    try {
      while (true) {
        packet.setLength(SIZE);
        socket.receive(packet);
        came.set(ByteBuffer.wrap(packet.getData()).getInt(), System.nanoTime());
      }
    } catch (SocketException closed) {
      // The recording is over.
    } catch (IOException broken) {
      throw new IllegalStateException(broken);
    }
  }

  private static void print(
      String what, String interval, AtomicLongArray came, long began, long nanos) {
    var out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    out.println("# " + what);
    out.println("# every " + interval + " ms: microseconds until the answer, - for none");
    var line = new StringBuilder();
    for (int i = 0; i < came.length(); i++) {
      String text = came.get(i) == 0 ? "-" : "" + (came.get(i) - began - i * nanos) / 1_000;
      line.append(line.isEmpty() ? "" : " ").append(text);
      if (line.length() > 90) {
        out.println(line);
        line.setLength(0);
      }
    }
    out.println(line);
    out.flush();
  }
}
