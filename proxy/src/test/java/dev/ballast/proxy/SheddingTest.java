package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.concurrent.Ticker;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who is cut off when the buffers of all take too much. */
class SheddingTest {
  private static final long LIMIT = 1_000_000;

  private final LooseLoops loops = LooseLoops.of(1);
  private final Tally<Counter> counts = new Tally<>(Counter.class);
  private final OpenConnections open =
      new OpenConnections(new Mishaps(counts, Ticker.systemTicker()));
  private final List<Holder> holders = new ArrayList<>();
  private final Shedding shedding =
      new Shedding(new BufferBudget(this::used, LIMIT, 1), open, counts);
  private long unaccounted;

  @AfterEach
  void stop() {
    loops.close();
  }

  private long used() {
    return unaccounted + holders.stream().mapToLong(Holder::heldBytes).sum();
  }

  private Holder holding(long bytes) {
    var holder = new Holder(loops.first(), bytes);
    holders.add(holder);
    open.add(holder);
    return holder;
  }

  @Test
  void shouldLeaveEverybodyAloneWithinTheLimit() {
    holding(LIMIT);
    shedding.look();
    shedding.look();

    assertThat(counts.read(Counter.CONNECTIONS_SHED)).isZero();
  }

  @Test
  void shouldCutOffWhoHoldsMostUntilItFits() {
    Holder little = holding(50_000);
    Holder much = holding(700_000);
    Holder most = holding(900_000);
    shedding.look();
    assertThat(counts.read(Counter.CONNECTIONS_SHED)).as("first it takes note").isZero();

    shedding.look();

    assertThat(most.isCutOff || much.isCutOff).isTrue();
    assertThat(little.isCutOff).isFalse();
    assertThat(used()).isLessThanOrEqualTo(LIMIT);
  }

  @Test
  void shouldSpareThoseWhoTakeWhatTheyGet() {
    Holder quick = holding(600_000);
    Holder stuck = holding(600_000);
    shedding.look();
    quick.held = 0;
    shedding.look();
    quick.held = 600_000;

    shedding.look();

    assertThat(quick.isCutOff).isFalse();
    assertThat(stuck.isCutOff).isTrue();
  }

  @Test
  void shouldNotHoldWhatWasLongAgoAgainstAnybody() {
    Holder past = holding(600_000);
    shedding.look();
    past.held = 0;
    unaccounted = 100;
    shedding.look();
    past.held = 600_000;
    Holder other = holding(600_000);

    shedding.look();

    assertThat(past.isCutOff).isFalse();
    assertThat(other.isCutOff).isFalse();
  }

  @Test
  void shouldNotCutOffThoseWhoHoldTooLittleToHelp() {
    unaccounted = 2 * LIMIT;
    Holder little = holding(16_000);
    shedding.look();
    shedding.look();

    assertThat(little.isCutOff).isFalse();
  }

  /** Holds as much as it is told to, until it is cut off. */
  private static final class Holder extends ClientSide {
    private long held;
    private boolean isCutOff;

    Holder(Loop loop, long held) {
      super(
          loop,
          new Port(1, new AtomicReference<>()),
          new Peer(new InetSocketAddress(1), new InetSocketAddress(2), true));
      this.held = held;
    }

    @Override
    long heldBytes() {
      return held;
    }

    @Override
    void reset() {
      isCutOff = true;
      held = 0;
    }

    @Override
    void retire(long nowNanos) {}

    @Override
    void expired(long nowNanos) {}
  }
}
