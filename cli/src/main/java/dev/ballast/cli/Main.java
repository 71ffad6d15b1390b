package dev.ballast.cli;

/** The entry point of every role and command. */
final class Main {
  private Main() {}

  public static void main(String[] arguments) {
    System.exit(Commands.run(Shell.ofProcess(), arguments));
  }
}
