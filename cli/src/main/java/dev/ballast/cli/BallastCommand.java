package dev.ballast.cli;

import picocli.CommandLine.Command;

@Command(
    name = "ballast",
    description = "A complete load-balancing system, on one machine or many.",
    synopsisSubcommandLabel = "COMMAND")
final class BallastCommand {}
