package dev.ballast.detection;

/**
 * What holds for all targets of a {@link Probing}.
 *
 * @param brake when it doubts itself
 * @param allowsCommands whether targets may be probed by programs that run on this machine, as this process's user. Who may write the
 *     configuration names the programs, so this is for whoever runs the process to decide.
 */
public record ProbingSettings(MassBrake.Settings brake, boolean allowsCommands) {
  public static final ProbingSettings DEFAULT =
      new ProbingSettings(MassBrake.Settings.DEFAULT, false);

  public ProbingSettings allowingCommands(boolean allows) {
    return new ProbingSettings(brake, allows);
  }
}
