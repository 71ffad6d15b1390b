package dev.ballast.cli;

import java.net.InetAddress;
import java.util.OptionalInt;

/**
 * Where a test backend listens, and as whom it answers.
 *
 * @param httpPort 0 for any; likewise the others, which are absent when not served
 */
record BackendSettings(
    String name,
    InetAddress address,
    int httpPort,
    OptionalInt tcpPort,
    OptionalInt udpPort,
    int eventLoops) {}
