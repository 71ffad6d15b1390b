package dev.ballast.detection;

import io.netty.channel.EventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Probes many targets, on one event loop that owns everything: sockets, timers, and the {@link Observer} that decides. Calls may come from
 * any thread; they are handed to the loop.
 *
 * <p>Limits: a target has at most eight probes under way, each of which ends by its time-out; answers are read up to 64 KiB.
 * Names are looked up, and programs run, {@value #AT_ONCE} at once; the others wait for their turn.
 */
public final class Probing implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Probing.class);
  private static final int MAX_UNDER_WAY = 8;

  /** Each takes a thread of the machine while it lasts, so a resolver that hangs must not take as many as there are targets. */
  private static final int AT_ONCE = 64;

  private static final int MAX_SUSPECTS = 1_000;

  /** The loop sleeps no shorter: with thousands of targets, what is due within it goes out together. */
  private static final long GRAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final Map<String, Probed> probed = new HashMap<>();
  private final Semaphore lookups = new Semaphore(AT_ONCE);
  private final Map<Outcome.Kind, Long> failed = new EnumMap<>(Outcome.Kind.class);
  private final MultiThreadIoEventLoopGroup group;
  private final EventLoop loop;
  private final LongSupplier nanos;
  private final Listener listener;
  private final Probers probers;
  private final Observer<Probed> observer;
  private long turnAt = Long.MAX_VALUE;
  private long sent;
  private long good;
  private final Lateness.Recorder spread = new Lateness.Recorder();
  private long lateness;
  private long worstLateness;
  private boolean isClosed;

  /** Hears of changed verdicts, on the loop: must not block. */
  @FunctionalInterface
  public interface Listener {
    void became(Target target, Transition transition);
  }

  /**
   * What is known of a target now.
   *
   * @param last what came of the last probe; null before the first has ended
   */
  public record Report(Target target, Watched.Standing standing, @Nullable Outcome last) {}

  /** One target on the loop. */
  private static final class Probed {
    final Target target;
    final Addresses addresses;
    @Nullable Prober prober;
    java.net.@Nullable InetSocketAddress proberAddress;
    @Nullable Watched<Probed> watched;
    @Nullable Outcome last;
    int underWay;

    Probed(Target target, Addresses addresses) {
      this.target = target;
      this.addresses = addresses;
    }

    /** What is known of the target that takes its place. */
    Watched.Known knownAs(Target next, long now) {
      return watched != null && target.server().equals(next.server())
          ? watched.known(now)
          : Watched.Known.NOTHING;
    }
  }

  /**
   * Begins without targets.
   *
   * @param nanos a monotonic clock in nanoseconds
   */
  public Probing(
      ProbingSettings settings, RandomGenerator random, LongSupplier nanos, Listener listener) {
    boolean isEpoll = Epoll.isAvailable();
    IoHandlerFactory handlers = isEpoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    this.group =
        new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("ballast-probes", true), handlers);
    this.loop = group.next();
    this.nanos = nanos;
    this.listener = listener;
    var programs = settings.allowsCommands() ? new Semaphore(AT_ONCE) : null;
    this.probers =
        isEpoll
            ? new Probers(
                EpollSocketChannel.class, EpollDatagramChannel.class, new TlsContexts(), programs)
            : new Probers(
                NioSocketChannel.class, NioDatagramChannel.class, new TlsContexts(), programs);
    this.observer = new Observer<>(settings.brake(), random, new Asking(), nanos.getAsLong());
    loop.execute(this::turn);
  }

  /**
   * Watches a target from now on, or goes on as it is if nothing of it has changed. One that is asked in another way from now on keeps its
   * verdict and its record of falls. Another {@linkplain Target#server() server} under the same id is another target: nothing is known of it,
   * and no transition says so.
   *
   * @param known what is on record of a target that is not watched yet; of one that is, more is known here
   */
  public void watch(Target target, Watched.Known known) {
    loop.execute(() -> begin(target, known));
  }

  /** Watches a target no longer. */
  public void forget(String id) {
    loop.execute(() -> end(probed.remove(id)));
  }

  /**
   * An LB server had a good answer from the target.
   *
   * @param at by this prober's clock; ignored if it is to come, or more than 60 s ago
   */
  public void vouched(String id, long at) {
    loop.execute(
        () -> {
          var one = probed.get(id);
          if (one != null && one.watched != null) {
            observer.vouched(one.watched, at, nanos.getAsLong());
          }
        });
  }

  /** An LB server has ejected the target. */
  public void accused(String id) {
    loop.execute(
        () -> {
          var one = probed.get(id);
          if (one != null && one.watched != null) {
            observer.accused(one.watched, nanos.getAsLong());
            plan();
          }
        });
  }

  /** What is known of every target now, by its id. */
  public CompletableFuture<Map<String, Report>> reports() {
    return CompletableFuture.supplyAsync(
        () -> {
          long now = nanos.getAsLong();
          var reports = new HashMap<String, Report>();
          for (var one : probed.values()) {
            if (one.watched != null) {
              reports.put(
                  one.target.id(), new Report(one.target, one.watched.standing(now), one.last));
            }
          }
          return reports;
        },
        loop);
  }

  /** The ids of targets that look dead and are not convicted yet, at most {@value #MAX_SUSPECTS} of them. */
  public CompletableFuture<List<String>> suspects() {
    return CompletableFuture.supplyAsync(
        () -> {
          long now = nanos.getAsLong();
          return probed.values().stream()
              .filter(one -> one.watched != null && one.watched.isSuspect(now))
              .map(one -> one.target.id())
              .limit(MAX_SUSPECTS)
              .toList();
        },
        loop);
  }

  /** What was done so far. */
  public CompletableFuture<ProbeCounters> counters() {
    return CompletableFuture.supplyAsync(
        () ->
            new ProbeCounters(
                sent,
                good,
                failed,
                spread.read(),
                lateness,
                worstLateness,
                observer.pauses(),
                observer.paused().toNanos(),
                observer.targets(),
                observer.silent(),
                observer.isInDoubt(nanos.getAsLong())),
        loop);
  }

  private void begin(Target target, Watched.Known known) {
    var old = probed.get(target.id());
    if (isClosed || (old != null && old.target.equals(target))) {
      return;
    }
    long now = nanos.getAsLong();
    var kept = old == null ? known : old.knownAs(target, now);
    end(old);
    var one = new Probed(target, new Addresses(target.host(), target.port(), nanos, lookups));
    one.watched = observer.add(one, target.settings(), kept, now);
    probed.put(target.id(), one);
    plan();
  }

  private void end(@Nullable Probed one) {
    if (one != null) {
      if (one.watched != null) {
        observer.remove(one.watched);
      }
      if (one.prober != null) {
        one.prober.close();
      }
    }
  }

  private void turn() {
    if (isClosed) {
      return;
    }
    turnAt = Long.MAX_VALUE;
    try {
      observer.turn(nanos.getAsLong());
      plan();
    } catch (Throwable mistake) {
      LOG.error("A turn of probing could not be done; the next one comes all the same", mistake);
      long rest = Observer.HEARTBEAT.toNanos();
      planIn(rest, observer.next() + rest);
    }
  }

  /** Comes round again when the observer wants to. */
  private void plan() {
    long next = observer.next();
    if (turnAt == Long.MAX_VALUE || next - turnAt < 0) {
      planIn(Math.max(GRAIN_NANOS, next - nanos.getAsLong()), next);
    }
  }

  private void planIn(long wait, long next) {
    turnAt = next;
    var _ = loop.schedule(() -> turnIfStill(next), wait, TimeUnit.NANOSECONDS);
  }

  private void turnIfStill(long planned) {
    if (turnAt == planned) {
      turn();
    }
  }

  /** Sends what the observer wants sent, and hands on what it decides. */
  private final class Asking implements Observer.Orders<Probed> {
    @Override
    public void ask(Watched<Probed> who, Probe probe) {
      var one = who.target();
      long late = nanos.getAsLong() - probe.scheduledAt();
      sent++;
      spread.add(late);
      lateness += Math.max(0, late);
      worstLateness = Math.max(worstLateness, late);
      one.underWay++;
      var attempt =
          new Attempt(
              loop,
              nanos,
              one.target.settings().pace().timeout().toNanos(),
              outcome -> over(who, probe, outcome));
      try {
        send(one, probe, attempt);
      } catch (RuntimeException mistake) {
        // As of authorities that can't be read: the others are to be probed all the same.
        attempt.failed(Outcome.Kind.NOT_ASKED, "can't be asked: " + mistake.getMessage());
      }
    }

    private void send(Probed one, Probe probe, Attempt attempt) {
      var prober = prober(one);
      if (prober == null) {
        attempt.failed(Outcome.Kind.NOT_ASKED, one.addresses.trouble());
      } else if (one.underWay > MAX_UNDER_WAY) {
        attempt.failed(Outcome.Kind.NOT_ASKED, "too many probes are under way");
      } else {
        prober.probe(probe.isFresh(), attempt);
      }
    }

    @Override
    public void became(Watched<Probed> who, Transition transition) {
      listener.became(who.target().target, transition);
    }
  }

  /** The prober of a target; another one after its name has come to mean another address. */
  private @Nullable Prober prober(Probed one) {
    var address = one.addresses.current(loop);
    if (address != null && !address.equals(one.proberAddress)) {
      if (one.prober != null) {
        one.prober.close();
      }
      one.prober = probers.of(address, one.target.spec());
      one.proberAddress = address;
    }
    return one.prober;
  }

  /** The observer must not be called from within its own call, so an end that comes at once waits for the next turn of the loop. */
  private void over(Watched<Probed> who, Probe probe, Outcome outcome) {
    loop.execute(
        () -> {
          var one = who.target();
          one.underWay--;
          one.last = outcome;
          switch (outcome) {
            case Outcome.Good _ -> good++;
            case Outcome.Failed failure -> failed.merge(failure.kind(), 1L, Long::sum);
          }
          if (!isClosed) {
            observer.ended(who, probe.number(), outcome, nanos.getAsLong());
            plan();
          }
        });
  }

  /** Ends all probes. Returns once nothing is open any more. */
  @Override
  public void close() {
    if (!loop.isShuttingDown()) {
      loop.execute(
          () -> {
            isClosed = true;
            new ArrayList<>(probed.values()).forEach(this::end);
            probed.clear();
          });
    }
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
  }
}
