package dev.ballast.orchestrator;

import dev.ballast.model.Revision;
import java.util.Optional;

/**
 * What an LB server says of itself at its admin port.
 *
 * @param instance which process
 * @param isReady whether a snapshot is in use and at least one listener is bound
 * @param revision in use
 * @param isConnected whether a controller answers it
 * @param silentNanos for how long it has heard no controller, by its own clock
 * @param held why it does not use what a controller lists, or empty
 * @param detail where its configuration comes from, or why it does not come
 * @param trouble what keeps a part of it from serving, or empty
 */
record LbServerFacts(
    String instance,
    boolean isReady,
    Optional<Revision> revision,
    boolean isConnected,
    long silentNanos,
    String held,
    String detail,
    String trouble) {}
