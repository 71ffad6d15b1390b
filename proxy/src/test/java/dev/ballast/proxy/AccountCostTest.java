package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.ballast.model.AccessLog;
import io.netty.util.ResourceLeakDetector;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** What counting and logging cost on the road of a request: bytes allocated by the event loop, over real sockets. Printed. */
class AccountCostTest {
  private static final int WARM_UP = 12_000;
  private static final int REQUESTS = 4_000;

  @Test
  void shouldAllocateNoMoreForALineThanWithoutLog() {
    try (var backend = TestBackend.named("b1");
        var proxy =
            Proxy.start(
                settings ->
                    settings
                        .withEventLoops(1)
                        .withTransport(TransportKind.EPOLL)
                        .withAccessLog(OutputStream.nullOutputStream()))) {
      proxy.use(Configuration.http(proxy.port(), backend));
      double without = bytesPerRequest(proxy);
      proxy.use(AccessLogTest.logged(AccessLogTest.JSON, proxy.port(), backend));
      double json = bytesPerRequest(proxy);
      var template = new AccessLog("%{time} %{client} %{method} %{path} %{status}", 1);
      proxy.use(AccessLogTest.logged(template, proxy.port(), backend));
      double text = bytesPerRequest(proxy);

      System.out.printf(
          "allocated by the event loop per keep-alive request: %.1f B counted alone,"
              + " %.1f B with JSON, %.1f B with a template%n",
          without, json, text);
      assertThat(without).isLessThan(150);
      assertThat(json).isLessThan(without + 24);
      assertThat(text).isLessThan(without + 24);
    }
  }

  /** Leaks are not looked for meanwhile, which would be what is measured. */
  private static double bytesPerRequest(Proxy proxy) {
    ResourceLeakDetector.Level before = ResourceLeakDetector.getLevel();
    ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
    try {
      return measuredBytesPerRequest(proxy);
    } finally {
      ResourceLeakDetector.setLevel(before);
    }
  }

  private static double measuredBytesPerRequest(Proxy proxy) {
    try (var client = proxy.client()) {
      send(client, WARM_UP);
      long before = allocatedByLoops();
      send(client, REQUESTS);
      return (allocatedByLoops() - before) / (double) REQUESTS;
    }
  }

  private static void send(RawClient client, int requests) {
    for (int i = 0; i < requests; i++) {
      assertThat(client.get("/").read().status()).isEqualTo(200);
    }
  }

  private static long allocatedByLoops() {
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    return Arrays.stream(threads.getThreadInfo(threads.getAllThreadIds()))
        .filter(thread -> thread != null && thread.getThreadName().startsWith("ballast-loop"))
        .mapToLong(thread -> threads.getThreadAllocatedBytes(thread.getThreadId()))
        .sum();
  }
}
