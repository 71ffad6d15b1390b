package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ballast.model.AccessLog;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.Pipe;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** An access log that can't be written delays nobody. */
class StuckLogTest {
  private static final AccessLog LOG = new AccessLog("%{path} " + "x".repeat(200), 1);
  private static final int REQUESTS = 2_000;

  @Test
  void shouldDropAndCountWhatAStuckPipeDoesNotTake() throws IOException {
    Pipe pipe = Pipe.open();
    try (var backend = TestBackend.named("b1");
        var proxy = limited(Channels.newOutputStream(pipe.sink()));
        var client = proxy.use(AccessLogTest.logged(LOG, proxy.port(), backend)).client()) {
      double slowest = slowestMillis(client);
      double dropped = proxy.metric("ballast_proxy_access_log_dropped_total");

      System.out.printf(
          "a log that nobody reads: %.0f of %d lines dropped, the slowest answer took %.1f ms%n",
          dropped, REQUESTS, slowest);
      assertThat(proxy.metric("ballast_proxy_access_log_lines_total")).isEqualTo(REQUESTS);
      assertThat(dropped).isBetween(1_000.0, (double) REQUESTS);
      assertThat(slowest).isLessThan(2_000);
      pipe.source().close();
    }
  }

  @Test
  void shouldCountWhatAFullDiskDoesNotTake() throws IOException {
    try (var full = new FileOutputStream("/dev/full");
        var backend = TestBackend.named("b1");
        var proxy = limited(full);
        var client = proxy.use(AccessLogTest.logged(LOG, proxy.port(), backend)).client()) {
      assertThat(slowestMillis(client)).isLessThan(2_000);
      await()
          .untilAsserted(
              () ->
                  assertThat(
                          proxy.metric("ballast_proxy_access_log_unwritten_total")
                              + proxy.metric("ballast_proxy_access_log_dropped_total"))
                      .isEqualTo(REQUESTS));
    }
  }

  private static Proxy limited(OutputStream log) {
    return Proxy.start(
        settings ->
            settings
                .withAccessLog(log)
                .withLimits(settings.limits().with(Limit.ACCESS_LOG_BUFFER_BYTES, 40_000)));
  }

  private static double slowestMillis(RawClient client) {
    long slowest = 0;
    for (int i = 0; i < REQUESTS; i++) {
      long start = System.nanoTime();
      client.get("/" + i).read();
      slowest = Math.max(slowest, System.nanoTime() - start);
    }
    return slowest / (double) TimeUnit.MILLISECONDS.toNanos(1);
  }
}
