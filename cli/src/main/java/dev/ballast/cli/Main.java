package dev.ballast.cli;

/** The entry point of every role and command. */
final class Main {
  private Main() {}

  /** {@code aot-training} loads what the roles load, and exits: the AOT cache is recorded from it. */
  public static void main(String[] arguments) {
    if (arguments.length == 1 && arguments[0].equals("aot-training")) {
      return;
    }
    System.err.println("ballast: no such command");
    System.exit(2);
  }
}
