package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ballast.model.AdminState;
import dev.ballast.model.Backend;
import dev.ballast.model.BackendAddress;
import dev.ballast.model.Change;
import dev.ballast.model.Item;
import dev.ballast.model.Snapshot;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Streams that stay open while the configuration moves on keep none of it alive. */
class MemoryTest {
  private static final int BACKENDS = 10_000;
  private static final int STREAMS = 150;

  /** What a stream under a revision of its own may cost beyond one under a shared revision; a pinned pool plan is 120,000. */
  private static final long BYTES_MORE = 30_000;

  @Test
  void shouldKeepNothingOfARevisionForTheStreamsBegunUnderIt() throws IOException {
    int tcpPort = Proxy.freePort();
    try (var web = TestBackend.running(MemoryTest::beginAnAnswer);
        var echo = TestBackend.echo();
        var proxy = Proxy.start()) {
      var configuration =
          Configuration.http(proxy.port(), web)
              .tcpBalancer("cache", tcpPort, "cache")
              .pool("cache", echo);
      for (int i = 0; i < BACKENDS; i++) {
        configuration.backend("web", "z%05d".formatted(i), "10.0.0.1:80", 0);
        configuration.backend("cache", "z%05d".formatted(i), "10.0.0.1:80", 0);
      }
      Snapshot snapshot = configuration.next();
      List<RawClient> streams = new ArrayList<>();
      snapshot = openUnderNewRevisions(proxy, tcpPort, snapshot, 20, streams);
      long before = liveHeap();
      open(proxy, tcpPort, STREAMS, streams);
      long shared = liveHeap() - before;

      openUnderNewRevisions(proxy, tcpPort, snapshot, STREAMS, streams);

      long own = liveHeap() - before - shared;
      System.out.printf(
          "%d streams cost %d KiB of heap under one revision, and %d KiB under as many revisions of %d backends%n",
          2 * STREAMS, shared / 1024, own / 1024, 2 * BACKENDS);
      assertThat(own - shared).isLessThan(2 * STREAMS * BYTES_MORE);
      streams.forEach(RawClient::close);
    }
  }

  private static void beginAnAnswer(TestBackend.Conversation conversation) throws IOException {
    conversation.readRequest();
    conversation.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no");
    conversation.in().read();
  }

  /** One HTTP and one TCP stream under each revision. */
  private static Snapshot openUnderNewRevisions(
      Proxy proxy, int tcpPort, Snapshot first, int count, List<RawClient> streams)
      throws IOException {
    Snapshot snapshot = first;
    for (int i = 0; i < count; i++) {
      snapshot = snapshot.apply(changeOfBothPools(snapshot));
      proxy.server().use(snapshot);
      open(proxy, tcpPort, 1, streams);
    }
    return snapshot;
  }

  /** So many of HTTP, and so many of TCP. */
  private static void open(Proxy proxy, int tcpPort, int count, List<RawClient> streams)
      throws IOException {
    for (int i = 0; i < count; i++) {
      var http = proxy.client().get("/");
      http.readHead();
      var tcp = RawClient.to(tcpPort).send("x");
      assertThat(tcp.in().read()).isEqualTo('x');
      streams.add(http);
      streams.add(tcp);
    }
  }

  private static Change changeOfBothPools(Snapshot snapshot) {
    var revision = snapshot.revision().withN(snapshot.revision().n() + 1);
    var address = BackendAddress.parse("10.0.0.1:" + (1_000 + revision.n()));
    List<Item> upserts =
        List.of("web", "cache").stream()
            .map(pool -> new Backend(pool, "z00007", address, 0, "", AdminState.ENABLED))
            .map(backend -> new Item(backend, revision.n()))
            .toList();
    return new Change(revision, snapshot.revision(), upserts, List.of());
  }

  @SuppressWarnings("SystemGC") // what is live is what is asked for
  private static long liveHeap() {
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }
}
