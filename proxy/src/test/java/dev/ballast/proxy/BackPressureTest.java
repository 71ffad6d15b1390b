package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One side is slower than the other: memory stays bounded, and nothing is lost. */
class BackPressureTest {
  private static final int BLOCK = 64 * 1024;
  private static final long BYTES = 256L << 20;
  private static final long OUR_BUFFERS = 16L << 20;

  private final long memoryBefore = directMemory();
  private final Proxy proxy = Proxy.start();

  @AfterEach
  void stop() {
    proxy.close();
  }

  @Test
  void shouldNotReadFasterThanASlowClientOfHttp() throws Exception {
    var written = new AtomicLong();
    try (var backend =
            TestBackend.running(
                conversation -> {
                  conversation.readRequest();
                  conversation.write("HTTP/1.1 200 OK\r\nContent-Length: " + BYTES + "\r\n\r\n");
                  pour(conversation, written);
                });
        var client = proxy.use(Configuration.http(proxy.port(), backend)).client()) {
      client.get("/");
      assertStandsStill(written);
      client.readHead();
      assertThat(drained(client)).isEqualTo(BYTES);
    }
  }

  @Test
  void shouldNotReadFasterThanASlowClientOfTcp() throws Exception {
    var written = new AtomicLong();
    try (var backend = TestBackend.running(conversation -> pour(conversation, written));
        var client = proxy.use(Configuration.tcp(proxy.port(), backend)).client()) {
      assertStandsStill(written);
      assertThat(drained(client)).isEqualTo(BYTES);
    }
  }

  @Test
  void shouldNotReadFasterThanASlowBackend() throws Exception {
    var mayRead = new CountDownLatch(1);
    var written = new AtomicLong();
    try (var backend =
            TestBackend.running(
                conversation -> {
                  String head = conversation.readHead();
                  awaitQuietly(mayRead);
                  long read = 0;
                  for (byte[] block = new byte[BLOCK]; read < BYTES; ) {
                    read += conversation.in().read(block);
                  }
                  conversation.write(
                      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok" + head.substring(0, 0));
                });
        var client = proxy.use(Configuration.http(proxy.port(), backend)).client()) {
      client.send("POST / HTTP/1.1\r\nHost: any.test\r\nContent-Length: " + BYTES + "\r\n\r\n");
      Thread.ofVirtual().start(() -> send(client, written));
      assertStandsStill(written);
      mayRead.countDown();
      assertThat(client.read().text()).isEqualTo("ok");
    }
  }

  @Test
  void shouldNotAnswerFasterThanTheClientReads() {
    var written = new AtomicLong();
    byte[] requests =
        "GET / HTTP/1.1\r\nHost: any.test\r\n\r\n"
            .repeat(2_000)
            .getBytes(StandardCharsets.US_ASCII);
    try (var backend = TestBackend.named("one");
        var client = proxy.use(Configuration.http(proxy.port(), backend)).client()) {
      Thread.ofVirtual().start(() -> sendRepeatedly(client, requests, written));
      assertStandsStill(written);
    }
    proxy.use(Configuration.http(proxy.port()));
    written.set(0);
    try (var client = proxy.client()) {
      Thread.ofVirtual().start(() -> sendRepeatedly(client, requests, written));
      assertStandsStill(written);
    }
  }

  private static void sendRepeatedly(RawClient client, byte[] requests, AtomicLong written) {
    try {
      while (written.get() < BYTES) {
        client.socket().getOutputStream().write(requests);
        written.addAndGet(requests.length);
      }
    } catch (IOException closed) {
      // the test is over
    }
  }

  /** What could be written fits into the kernel's buffers of two connections and ours, and stays so. */
  private void assertStandsStill(AtomicLong written) {
    Standstill.awaitOf(written, proxy, 1);
    assertThat(directMemory() - memoryBefore).isLessThan(OUR_BUFFERS);
    assertThat(written.get()).isPositive().isLessThan(kernelBuffers() + OUR_BUFFERS);
  }

  private static long kernelBuffers() {
    return 2 * (most("tcp_rmem") + most("tcp_wmem"));
  }

  /** The last one of three numbers: as far as the kernel lets a buffer grow. It gives them to one read and no second. */
  private static long most(String buffer) {
    try (var in = Files.newBufferedReader(Path.of("/proc/sys/net/ipv4", buffer))) {
      return Long.parseLong(in.readLine().split("\t", 3)[2]);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long directMemory() {
    return ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT).metric().usedDirectMemory();
  }

  private static void pour(TestBackend.Conversation conversation, AtomicLong written)
      throws IOException {
    for (byte[] block = new byte[BLOCK]; written.get() < BYTES; written.addAndGet(BLOCK)) {
      conversation.out().write(block);
    }
  }

  private static void send(RawClient client, AtomicLong written) {
    for (byte[] block = new byte[BLOCK]; written.get() < BYTES; written.addAndGet(BLOCK)) {
      client.send(block);
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static long drained(RawClient client) throws IOException {
    long read = 0;
    byte[] block = new byte[BLOCK];
    for (int length = client.in().read(block);
        length >= 0 && read < BYTES;
        length = client.in().read(block)) {
      read += length;
      if (read == BYTES) {
        return read;
      }
    }
    return read;
  }
}
