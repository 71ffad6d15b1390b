package dev.ballast.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** How this program starts itself in another role. */
record Launcher(List<String> command) {

  /** Through the launcher that started this process, which knows each role's flags; else as plain Java. */
  static Launcher of(Shell shell) {
    Optional<String> launcher = shell.variable("BALLAST_LAUNCHER");
    return new Launcher(
        launcher
            .map(List::of)
            .orElseGet(
                () ->
                    List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-Xmx256m",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName())));
  }

  List<String> with(String... arguments) {
    var whole = new ArrayList<>(command);
    whole.addAll(List.of(arguments));
    return whole;
  }
}
