package dev.ballast.detection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.channel.DefaultEventLoop;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AddressesTest {
  private static final InetAddress FOUND = InetAddress.getLoopbackAddress();

  private final DefaultEventLoop loop = new DefaultEventLoop();
  private final Semaphore turns = new Semaphore(2);

  @AfterEach
  void stop() {
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
  }

  private Addresses of(Addresses.Lookup lookup) {
    return new Addresses("b1.test", 80, System::nanoTime, turns, lookup);
  }

  private InetSocketAddress current(Addresses addresses) {
    return loop.submit(() -> addresses.current(loop)).syncUninterruptibly().getNow();
  }

  private void awaitFound(Addresses addresses) {
    await()
        .untilAsserted(
            () -> assertThat(current(addresses)).isEqualTo(new InetSocketAddress(FOUND, 80)));
  }

  @Test
  void shouldLookUpNoMoreNamesAtOnceThanItMay() {
    var hang = new Semaphore(0);
    var under = new AtomicInteger();
    var most = new AtomicInteger();
    var all = new ArrayList<Addresses>();
    for (int i = 0; i < 10; i++) {
      all.add(
          of(
              _ -> {
                most.accumulateAndGet(under.incrementAndGet(), Math::max);
                hang.acquireUninterruptibly();
                under.decrementAndGet();
                return FOUND;
              }));
    }
    all.forEach(this::current);
    await().until(() -> turns.getQueueLength() == 8);
    assertThat(under).hasValue(2);
    hang.release(10);
    all.forEach(this::awaitFound);
    assertThat(most).hasValue(2);
    assertThat(turns.availablePermits()).isEqualTo(2);
  }

  @Test
  void shouldLookAgainAfterAnyMistake() {
    var looks = new AtomicInteger();
    var addresses =
        of(
            _ -> {
              if (looks.getAndIncrement() == 0) {
                throw new IllegalStateException("a mistake");
              }
              return FOUND;
            });
    assertThat(current(addresses)).isNull();
    await().until(() -> addresses.trouble().contains("a mistake"));
    awaitFound(addresses);
    assertThat(looks).hasValue(2);
  }
}
