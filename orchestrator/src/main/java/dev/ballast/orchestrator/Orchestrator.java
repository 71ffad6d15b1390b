package dev.ballast.orchestrator;

import dev.ballast.configdb.ConfigStore;
import dev.ballast.configdb.Observation;
import dev.ballast.detection.Probing;
import dev.ballast.detection.Target;
import dev.ballast.detection.Watched;
import dev.ballast.locks.LockEngine;
import dev.ballast.locks.Locks;
import dev.ballast.locks.LocksSettings;
import dev.ballast.sync.SyncClient;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * Watches backends and LB servers, and writes what it makes of them into the configuration database, from where it reaches the LB servers as
 * every other change does. Several share the work out among them: each subject has one owner, and who dies is replaced when its lease has
 * run out.
 *
 * <pre>
 *   controller ──snapshots──▶ Desk ──targets──▶ Probing ──probes──▶ backends, LB servers
 *   lock engine ──shares────▶  │ ◀──verdicts──────┘
 *   LB servers ──evidence───▶  └──statuses──▶ StatusWriter ──▶ configuration database
 * </pre>
 *
 * <p>Thread-safe.
 */
public final class Orchestrator implements AutoCloseable {
  private final DeskLoop loop;
  private final Probing probing;
  private final StatusWriter writer;
  private final Locks locks;
  private final Shares shares;
  private final Evidence evidence;
  private final Doubt doubt;
  private final SyncClient sync;
  private final AdminPort admin;

  /** The clocks and chance that it lives by: the wall clock, a monotonic one in nanoseconds, and random numbers that nobody can predict. */
  public record World(InstantSource clock, LongSupplier nanos, RandomGenerator random) {}

  /** @param begun gets what has to be closed, the last first, if this fails */
  private Orchestrator(
      OrchestratorSettings settings,
      Statuses statuses,
      LockEngine engine,
      World world,
      AdminPort admin,
      Deque<Runnable> begun) {
    this.admin = admin;
    begun.push(admin::close);
    var line = new DeskLoop(world.nanos());
    this.loop = line;
    this.probing =
        new Probing(
            settings.probing(),
            world.random(),
            world.nanos(),
            (target, transition) -> line.execute(desk -> desk.became(target, transition)));
    begun.push(probing::close);
    this.writer =
        new StatusWriter(
            statuses,
            (written, revision) -> line.execute(desk -> desk.settled(written, revision)),
            world.nanos());
    begun.push(writer::close);
    this.locks =
        new Locks(
            engine,
            LocksSettings.of(settings.name(), world.nanos()::getAsLong, world.random())
                .withTtl(settings.ttl()));
    begun.push(locks::close);
    var group = new Shares(locks, settings.group(), line, writer);
    this.shares = group;
    this.evidence = new Evidence(line, probing, world.nanos());
    begun.push(evidence::close);
    this.doubt = new Doubt(locks, settings.name());
    this.sync =
        SyncClient.start(
            settings.sync(),
            (snapshot, _) -> {
              line.use(snapshot);
              group.configured();
            },
            Optional.empty(),
            world.clock(),
            world.nanos(),
            world.random());
    begun.push(sync::close);
    line.start(new Desk(new Hands(probing, writer), world.clock(), world.nanos()));
  }

  /**
   * Starts it. It joins the others in the background, and goes on through failures of the database and the controllers.
   *
   * @param store where statuses are written; its database has the lock engine's tables too
   * @param engine of the configuration database, where fencing tokens are checked; closed with this, or when this throws what is no {@link
   *     IOException}
   * @throws IOException when the admin port can't be had; the engine is left open then
   * @throws IllegalArgumentException when the CA file can't be used
   */
  public static Orchestrator start(
      OrchestratorSettings settings, ConfigStore store, LockEngine engine, World world)
      throws IOException {
    return start(settings, all -> store.observe(all, settings.name()), engine, world);
  }

  static Orchestrator start(
      OrchestratorSettings settings, Statuses statuses, LockEngine engine, World world)
      throws IOException {
    AdminPort admin = AdminPort.bind(settings.admin());
    var begun = new ArrayDeque<Runnable>();
    try {
      var orchestrator = new Orchestrator(settings, statuses, engine, world, admin, begun);
      begun.clear();
      begun.push(orchestrator::close);
      orchestrator.shares.start();
      orchestrator.evidence.start();
      orchestrator.doubt.follow(orchestrator.probing::counters);
      admin.serve(new Reporting(settings.name(), orchestrator.facts()));
      return orchestrator;
    } catch (RuntimeException e) {
      begun.forEach(Runnable::run);
      throw e;
    }
  }

  private Reporting.Sources facts() {
    return new Reporting.Sources(loop, probing, writer, shares, evidence, sync::status);
  }

  /** Where its admin port listens. */
  public InetSocketAddress admin() {
    return admin.address();
  }

  /** Hands its shares over to the others, with the last verdicts written, and ends. */
  @Override
  public void close() {
    shares.close();
    evidence.close();
    doubt.close();
    sync.close();
    writer.close();
    locks.close();
    probing.close();
    loop.close();
    admin.close();
  }

  /** What the desk wants done goes to the prober and the writer. */
  private record Hands(Probing probing, StatusWriter writer) implements Desk.Hands {
    @Override
    public void watch(Target target, Watched.Known known) {
      probing.watch(target, known);
    }

    @Override
    public void forget(String id) {
      probing.forget(id);
    }

    @Override
    public void vouch(String id, long at) {
      probing.vouched(id, at);
    }

    @Override
    public void accuse(String id) {
      probing.accused(id);
    }

    @Override
    public void write(Observation observation) {
      writer.offer(observation);
    }
  }
}
