package dev.ballast.configdb;

import dev.ballast.model.AdminOverride;
import dev.ballast.model.ApplyOptions;
import dev.ballast.model.Current;
import dev.ballast.model.Documents;
import dev.ballast.model.Edit;
import dev.ballast.model.FleetKeys;
import dev.ballast.model.InvalidInput;
import dev.ballast.model.Item;
import dev.ballast.model.ItemKey;
import dev.ballast.model.Kind;
import dev.ballast.model.LbServer;
import dev.ballast.model.Plan;
import dev.ballast.model.Planner;
import dev.ballast.model.Pool;
import dev.ballast.model.Refused;
import dev.ballast.model.Resource;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Writes to the configuration: all or nothing, one at a time, each with its history row.
 *
 * <p>Each write raises the revision first and so holds the one lock of all writers, reads what it depends on, decides,
 * and writes: what was checked still holds when it is written. A write that changes nothing takes no revision.
 *
 * <p>Thread-safe. Every method that writes may throw {@link DatabaseUnavailable} (nothing was written) and {@link
 * OutcomeUnknown}, after a time bounded by the {@link DatabaseSettings}.
 */
public final class ConfigStore {
  private static final List<Table> EVERYTHING_BUT_BACKENDS =
      List.of(Table.FLEET, Table.CERTIFICATE, Table.POOL, Table.LOAD_BALANCER, Table.LB_SERVER);

  private final ConfigDatabase database;
  private final Writer writer;
  private final Secrecy secrecy;

  ConfigStore(ConfigDatabase database, Secrecy secrecy) {
    this.database = database;
    this.writer = new Writer(database);
    this.secrecy = secrecy;
  }

  /**
   * Applies documents, or says what that would change ({@link ApplyOptions#dryRun}, which waits for no writer). Private keys are
   * sealed before anything else.
   *
   * @throws InvalidInput when the state after it would be invalid
   * @throws Refused when it would remove suspiciously much, or what others refer to
   */
  public Applied apply(Documents documents, ApplyOptions options, String who) {
    Documents sealed = secrecy.sealed(documents);
    Writer.Decision decision =
        connection ->
            secrecy.withFleetKeys(
                connection,
                Planner.plan(
                    sealed, current(connection, sealed, options.prune()), options, secrecy.now()));
    return options.dryRun() ? writer.rehearse(decision) : writer.write(who, decision);
  }

  /**
   * Writes one resource and what stands in its document.
   *
   * @param key the resource that the request names
   * @param ifMatch the revision that it must be at
   * @throws PreconditionFailed when it isn't
   * @throws InvalidInput as {@link #apply}
   * @throws Refused as {@link #apply}
   */
  public Applied put(ItemKey key, Documents documents, Optional<Long> ifMatch, String who) {
    Documents sealed = secrecy.sealed(documents);
    return writer.write(
        who,
        connection -> {
          requireMatch(key, new Rows(connection).find(key), ifMatch);
          var current = current(connection, sealed, false);
          return secrecy.withFleetKeys(
              connection, Planner.plan(sealed, current, ApplyOptions.NONE, secrecy.now()));
        });
  }

  /**
   * Deletes one resource; a pool's backends, and the status and override of a backend, go with it.
   *
   * @throws NotFound when it isn't there
   * @throws PreconditionFailed when it isn't at the revision {@code ifMatch}
   * @throws Refused when others refer to it
   */
  public Applied delete(ItemKey key, Optional<Long> ifMatch, String who) {
    return writer.write(
        who,
        connection -> {
          Item item = existing(connection, key);
          requireMatch(key, Optional.of(item), ifMatch);
          return Planner.planDelete(key, currentAround(connection, item));
        });
  }

  /**
   * Sets the admin state of a backend or an LB server beside its specification, in place of an earlier override.
   *
   * @throws NotFound when the target isn't there
   */
  public Applied override(AdminOverride override) {
    return writer.write(
        override.who(),
        connection -> {
          existing(connection, override.target());
          return upsert(connection, override);
        });
  }

  /**
   * Ends an override; that there is none is no error.
   *
   * @throws NotFound when the target isn't there
   */
  public Applied clearOverride(ItemKey target, String who) {
    return writer.write(
        who,
        connection -> {
          existing(connection, target);
          ItemKey key = target.as(AdminOverride.kindFor(target.kind()));
          return new Rows(connection)
              .find(key)
              .map(item -> deletion(item.resource()))
              .orElse(NOTHING);
        });
  }

  /**
   * Registers an LB server, or takes over its name. Registering the same instance again is a no-op.
   *
   * @throws NotFound when its fleet isn't there
   */
  public Applied register(LbServer server) {
    return writer.write(
        server.name(),
        connection -> {
          existing(connection, new ItemKey(Kind.FLEET, server.fleet()));
          Optional<Item> before = new Rows(connection).find(server.key());
          return before.filter(item -> isSameInstance(item.resource(), server)).isPresent()
              ? NOTHING
              : registration(connection, server, before);
        });
  }

  /** What was observed of the instance that had the name before goes with it. */
  private static Plan registration(Connection connection, LbServer server, Optional<Item> before)
      throws SQLException {
    Plan plan = upsert(connection, server);
    ItemKey status = server.key().as(Kind.LB_SERVER_STATUS);
    boolean isTakeover =
        before
            .map(item -> (LbServer) item.resource())
            .filter(earlier -> !earlier.instance().equals(server.instance()))
            .isPresent();
    return isTakeover && new Rows(connection).find(status).isPresent()
        ? new Plan(
            plan.upserts(),
            List.of(status),
            Stream.concat(
                    plan.edits().stream(),
                    Stream.of(new Edit(status, Edit.Action.DELETED, List.of())))
                .toList(),
            List.of())
        : plan;
  }

  /**
   * Removes an LB server that has ended.
   *
   * @throws NotFound when it isn't there
   * @throws PreconditionFailed when another instance has the name
   */
  public Applied unregister(String name, String instance) {
    return writer.write(
        name,
        connection -> {
          Item item = existing(connection, new ItemKey(Kind.LB_SERVER, name));
          if (item.resource() instanceof LbServer server && !server.instance().equals(instance)) {
            throw new PreconditionFailed(item.key() + " belongs to another instance");
          }
          return deletion(item.resource());
        });
  }

  /**
   * Writes what was observed, in one transaction. What is said under a fence that does not hold is skipped, and so is what is
   * said about a resource that is gone; of several about one resource the last counts. The fences are checked once this is the
   * only writer, and hold until the transaction ends: for so long nobody else can come to own these locks.
   *
   * <p>The locks have to be in the schema {@code ballast_locks} of the same database. Where they are not, this fails.
   *
   * @param observations at most {@value Observing#LIMIT}
   */
  public Observed observe(List<Observation> observations, String who) {
    if (observations.size() > Observing.LIMIT) {
      throw new IllegalArgumentException(
          observations.size() + " observations at once; the limit is " + Observing.LIMIT);
    }
    var observing = new Observing();
    Applied applied = writer.write(who, connection -> observing.fenced(connection, observations));
    return new Observed(applied, observing.stale(), observing.gone());
  }

  /** The same without fences, for who is alone. */
  Applied observeUnfenced(List<? extends Resource> statuses, String who) {
    return writer.write(who, connection -> new Observing().unfenced(connection, statuses));
  }

  /**
   * What shows that an observer is still in charge: the lock that it holds, and the fencing token that came with it.
   *
   * @param lock its name, as the lock engine has it
   */
  public record Fence(String lock, long token) {}

  /**
   * Makes the keys of fleets that have none, and new ones for those whose period has passed. Several controllers may do so at
   * once: one makes them, the others find them made. Without a data key nothing is made.
   *
   * @return the fleets whose keys are sealed under another data key, which nobody here can renew
   */
  public List<FleetKeys> keepFleetKeys() {
    if (!writer.rehearse(secrecy::dueFleetKeys).plan().isEmpty()) {
      writer.write(Secrecy.WHO, secrecy::dueFleetKeys);
    }
    try (Connection connection = database.connection()) {
      return secrecy.foreignKeys(connection);
    } catch (SQLException failure) {
      throw database.unavailable(failure);
    }
  }

  /**
   * The latest revisions, newest first.
   *
   * @param limit at most {@value History#LIMIT}
   * @param before only revisions with a smaller N; {@link Long#MAX_VALUE} for all
   */
  public List<HistoryEntry> history(int limit, long before) {
    try (Connection connection = database.connection()) {
      return new History(connection).before(before, limit);
    } catch (SQLException failure) {
      throw database.unavailable(failure);
    }
  }

  /** What has happened to the writes of this process. */
  public StoreCounters counters() {
    return writer.counters();
  }

  private static final Plan NOTHING = new Plan(List.of(), List.of(), List.of(), List.of());

  private static Current current(Connection connection, Documents documents, boolean isPruning)
      throws SQLException {
    var rows = new Rows(connection);
    List<Resource> resources = everythingButBackends(rows);
    if (isPruning) {
      resources.addAll(rows.resources(Table.BACKEND));
    } else {
      List<ItemKey> alone = backendsAlone(documents);
      List<Resource> found = rows.resources(Table.BACKEND, alone);
      var pools = new HashSet<>(documents.completeLists());
      if (found.size() < alone.size()) {
        pools.addAll(poolsNearTheirLimit(rows, alone));
      }
      resources.addAll(found);
      resources.addAll(rows.backendsOf(pools));
    }
    return new Current(resources);
  }

  /** One new backend among thousands doesn't need them all; the planner, which guards the limit, does. */
  private static Set<String> poolsNearTheirLimit(Rows rows, List<ItemKey> added)
      throws SQLException {
    var pools = new HashSet<String>();
    rows.backendCounts(added.stream().map(ItemKey::pool).distinct().toList())
        .forEach(
            (pool, count) -> {
              if (count + added.size() > Pool.BACKEND_LIMIT) {
                pools.add(pool);
              }
            });
    return pools;
  }

  private static List<ItemKey> backendsAlone(Documents documents) {
    return documents.resources().stream()
        .map(Resource::key)
        .filter(
            key -> key.kind() == Kind.BACKEND && !documents.completeLists().contains(key.pool()))
        .toList();
  }

  private static Current currentAround(Connection connection, Item item) throws SQLException {
    var rows = new Rows(connection);
    List<Resource> resources = everythingButBackends(rows);
    if (item.key().kind() == Kind.POOL) {
      resources.addAll(rows.backendsOf(List.of(item.key().name())));
    }
    resources.add(item.resource());
    return new Current(resources);
  }

  private static List<Resource> everythingButBackends(Rows rows) throws SQLException {
    var resources = new ArrayList<Resource>();
    for (Table table : EVERYTHING_BUT_BACKENDS) {
      resources.addAll(rows.resources(table));
    }
    return resources;
  }

  private static Plan upsert(Connection connection, Resource resource) throws SQLException {
    Optional<Item> before = new Rows(connection).find(resource.key());
    if (before.filter(item -> item.resource().equals(resource)).isPresent()) {
      return NOTHING;
    }
    Edit.Action action = before.isPresent() ? Edit.Action.CHANGED : Edit.Action.CREATED;
    var edit = new Edit(resource.key(), action, List.of());
    return new Plan(List.of(resource), List.of(), List.of(edit), List.of());
  }

  private static Plan deletion(Resource resource) {
    var edit = new Edit(resource.key(), Edit.Action.DELETED, List.of());
    return new Plan(List.of(), List.of(resource.key()), List.of(edit), List.of());
  }

  private static boolean isSameInstance(Resource stored, LbServer server) {
    return stored instanceof LbServer before
        && server.equals(
            new LbServer(
                before.name(),
                before.fleet(),
                before.instance(),
                before.address(),
                before.admin(),
                before.version(),
                server.registered()));
  }

  private static Item existing(Connection connection, ItemKey key) throws SQLException {
    return new Rows(connection).find(key).orElseThrow(() -> new NotFound("there is no " + key));
  }

  private static void requireMatch(ItemKey key, Optional<Item> item, Optional<Long> ifMatch) {
    if (ifMatch.isEmpty() || item.map(Item::revision).equals(ifMatch)) {
      return;
    }
    String found = item.map(one -> "is at revision " + one.revision()).orElse("does not exist");
    throw new PreconditionFailed(key + " " + found + ", and " + ifMatch.get() + " is expected");
  }
}
