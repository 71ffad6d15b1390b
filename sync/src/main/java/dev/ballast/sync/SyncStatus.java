package dev.ballast.sync;

import dev.ballast.model.Revision;
import java.time.Instant;
import java.util.Optional;

/**
 * How the copy of the configuration is kept up to date just now.
 *
 * @param connected whether a controller answered last time
 * @param revision of the current snapshot
 * @param source of the current snapshot
 * @param lastContact when a controller was last heard
 * @param held why a list is not used until somebody accepts it
 * @param detail for people: the controller followed, or what went wrong and what to do
 * @param lists how many snapshots were listed since the start
 * @param mismatches how often a list was needed because what came did not fit
 */
public record SyncStatus(
    SyncMode mode,
    boolean connected,
    Optional<Revision> revision,
    Optional<SnapshotSource> source,
    Optional<Instant> lastContact,
    Optional<String> held,
    String detail,
    long lists,
    long mismatches) {}
