package dev.ballast.proxy;

import dev.ballast.balancing.Ejection;
import dev.ballast.balancing.OutlierDetector;
import dev.ballast.balancing.PeakEwma;
import dev.ballast.balancing.ReportedLoad;
import dev.ballast.balancing.Standing;
import dev.ballast.model.BackendAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The running side of one backend, identified by (pool, name, address) and carried from snapshot to snapshot: another address
 * is another backend. It knows nothing of any snapshot, so exchanges may hold it for as long as they last.
 */
final class BackendHandle implements OutlierDetector.Subject {
  private final PoolHandle pool;
  private final String name;
  private final BackendAddress address;
  private final HostAddress host;
  private final Instant appeared;
  private final AtomicReferenceArray<@Nullable BackendCell> cells;
  private final ReportedLoad busyness = new ReportedLoad();
  private volatile int place;
  private volatile boolean isRetired;
  private volatile boolean isDown;
  private volatile Beginning beginning = Beginning.PLAIN;

  /** Written by the loops when something fails, and once more when it is over: the road of a success just reads it. */
  private final AtomicInteger failuresInRow = new AtomicInteger();

  // What the control thread remembers from one plan of the pool to the next, and nobody else reads.
  private boolean isServing;
  private boolean isEligible;
  private @Nullable Ejection ejection;
  private @Nullable Instant risingSince;

  /** @param appeared when this LB server first saw it */
  BackendHandle(
      PoolHandle pool,
      String name,
      BackendAddress address,
      HostAddress host,
      Instant appeared,
      int loops) {
    this.pool = pool;
    this.name = name;
    this.address = address;
    this.host = host;
    this.appeared = appeared;
    this.cells = new AtomicReferenceArray<>(loops);
  }

  PoolHandle pool() {
    return pool;
  }

  String name() {
    return name;
  }

  BackendAddress address() {
    return address;
  }

  HostAddress host() {
    return host;
  }

  Instant appeared() {
    return appeared;
  }

  boolean isAddressKnown() {
    return host.current() != null;
  }

  /** Where to connect to now; null while the name is unresolved. */
  @Nullable InetSocketAddress socketAddress() {
    InetAddress resolved = host.current();
    return resolved == null ? null : new InetSocketAddress(resolved, address.port());
  }

  /** The loop's own share; made when the loop first needs it. Called on the loop. */
  BackendCell cell(Loop loop) {
    BackendCell cell = cells.getPlain(loop.index());
    if (cell == null) {
      cell = new BackendCell(loop, pool.cell(loop));
      cells.setRelease(loop.index(), cell);
    }
    return cell;
  }

  /** The same, or null if the loop has not needed it yet. Called on the loop. */
  @Nullable BackendCell cellIfAny(Loop loop) {
    return cells.getPlain(loop.index());
  }

  /** What one loop has in flight here. */
  int inFlightOn(int loop) {
    BackendCell cell = cells.getAcquire(loop);
    return cell == null ? 0 : (int) cell.read(BackendCounter.IN_FLIGHT);
  }

  /** Sum over the loops. */
  long read(BackendCounter what) {
    long sum = 0;
    for (int i = 0; i < cells.length(); i++) {
      BackendCell cell = cells.getAcquire(i);
      sum += cell == null ? 0 : cell.read(what);
    }
    return sum;
  }

  /** How long it lately took to answer, by the loop that lately waited longest; 0 if that is not known. */
  long responseNanos(long nowNanos) {
    long decayNanos = pool.memoryNanos();
    long longest = 0;
    for (int i = 0; i < cells.length(); i++) {
      BackendCell cell = cells.getAcquire(i);
      longest =
          cell == null ? longest : Math.max(longest, cell.responses().nanos(nowNanos, decayNanos));
    }
    return longest;
  }

  /** How long it lately took to answer one loop; null if that has not needed it yet. */
  @Nullable PeakEwma responsesOn(int loop) {
    BackendCell cell = cells.getAcquire(loop);
    return cell == null ? null : cell.responses();
  }

  /** When it last gave a good answer to any loop, or {@link BackendCell#NEVER}. */
  long lastGoodNanos() {
    long last = BackendCell.NEVER;
    for (int i = 0; i < cells.length(); i++) {
      BackendCell cell = cells.getAcquire(i);
      long its = cell == null ? BackendCell.NEVER : cell.lastGoodNanos();
      if (its != BackendCell.NEVER && (last == BackendCell.NEVER || its - last > 0)) {
        last = its;
      }
    }
    return last;
  }

  /** How busy it says it is. */
  ReportedLoad busyness() {
    return busyness;
  }

  /** How busy it says it is, in thousandths; 0 if it did not say, or not lately. */
  int utilisation(long nowNanos) {
    return busyness.thousandths(nowNanos, pool.memoryNanos());
  }

  /**
   * It says how busy it is; any loop. The pool's latest plan is told, as the exchange may have gone by an earlier one, on a loop that has not gone over yet.
   */
  void says(int thousandths, long nowNanos) {
    busyness.heard(thousandths, nowNanos);
    PoolPlan latest = pool.latest();
    if (latest != null) {
      latest.heard(this, place);
    }
  }

  /** Where it stands in the pool's latest plan, or stood in the last one in which it might be picked. */
  int place() {
    return place;
  }

  /** Where it stands in the pool's latest plan, if it may be picked there at all; control thread only. */
  void place(int inLatest) {
    place = inLatest;
  }

  /** It answered, or took a connection. */
  void succeeded() {
    if (failuresInRow.getOpaque() != 0) {
      failuresInRow.setOpaque(0);
    }
  }

  /** It did not answer, or could not itself reach whoever should have. */
  void failed() {
    if (failuresInRow.incrementAndGet() == pool.suspectAfter()) {
      pool.suspect();
    }
  }

  @Override
  public int failuresInRow() {
    return failuresInRow.get();
  }

  @Override
  public void forgetFailuresInRow() {
    failuresInRow.set(0);
  }

  @Override
  public long successes() {
    return read(BackendCounter.SUCCESSES);
  }

  @Override
  public long failures() {
    return read(BackendCounter.FAILURES) + read(BackendCounter.ERRORS);
  }

  @Override
  public boolean isServing() {
    return isServing;
  }

  /** Whether its own failures have taken it out; control thread only. */
  @Nullable Ejection ejection() {
    return ejection;
  }

  void eject(@Nullable Ejection judged) {
    ejection = judged;
  }

  /** Since when it has been eligible again, if that began while others served; control thread only. */
  @Nullable Instant risingSince() {
    return risingSince;
  }

  /** How it stands in the plan that is being made; control thread only. */
  void stands(Standing standing, boolean mayRise, Instant now) {
    boolean wasEligible = isEligible;
    isEligible = standing.isEligible();
    isServing = isEligible || standing == Standing.EJECTED;
    if (!isEligible) {
      risingSince = null;
    } else if (!wasEligible && mayRise) {
      risingSince = now;
    }
  }

  /** Whether it says nothing to anybody: who waits for an answer of it had better ask another one. */
  boolean isDown() {
    return isDown;
  }

  /** Says something or nothing, as far as that is known; control thread only. */
  void goDown(boolean isNowDown) {
    isDown = isNowDown;
  }

  /** Whether connections to it are closed rather than kept: it takes no new work, or is gone. */
  boolean isRetired() {
    return isRetired;
  }

  /** Takes new work or does not; in the latter case its idle connections are closed. */
  void retire(boolean isNowRetired, List<Loop> loops) {
    if (isRetired == isNowRetired) {
      return;
    }
    isRetired = isNowRetired;
    if (isNowRetired) {
      loops.forEach(this::closeIdle);
    }
  }

  /** How connections to it are begun. */
  Beginning beginning() {
    return beginning;
  }

  /** From now on connections are begun so; idle ones that were begun otherwise are closed. */
  void begin(Beginning how, List<Loop> loops) {
    if (!beginning.equals(how)) {
      beginning = how;
      loops.forEach(this::closeIdle);
    }
  }

  private void closeIdle(Loop loop) {
    if (cells.getAcquire(loop.index()) != null) {
      loop.eventLoop().execute(() -> cell(loop).closeIdle());
    }
  }

  @Override
  public String toString() {
    return pool.name() + "/" + name + " at " + address;
  }
}
