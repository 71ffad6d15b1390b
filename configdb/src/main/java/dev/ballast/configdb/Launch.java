package dev.ballast.configdb;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * How PostgreSQL's programs are started: never as root, which they refuse, and never to outlive this process.
 *
 * <pre>
 *   [unshare --user | setpriv --reuid U --regid G --clear-groups]   only when this process is root
 *     → setsid                       a terminal's Ctrl-C is not for it: its owner stops it, when the time has come
 *       → setpriv --pdeathsig=INT      the kernel sends INT when the thread that started it ends
 *         → sh: is the parent still us?   it may have died before the line above
 *           → initdb | postgres          every step is an exec: one process, a direct child
 * </pre>
 *
 * In a user namespace without a mapping the process is still uid 0 to the file system and "nobody" to itself, so files
 * stay root's. The step that changes the identity stands first, for changing it clears the death signal.
 *
 * @param identity the first step, or nothing
 * @param owner who the data directory must belong to ("user:group"), empty when it is whoever runs this process
 */
record Launch(List<String> identity, String owner) {
  private static final String PARENT_CHECK = "[ \"$PPID\" = \"$0\" ] || exit 113; exec \"$@\"";
  private static final List<String> UNPRIVILEGED_USERS = List.of("postgres", "nobody");
  private static final int PROBE_SECONDS = 10;

  /** Finds what works on this machine, or throws {@link DatabaseStartFailed} with the remedies. */
  static Launch detect() {
    if (!succeeds(List.of("setpriv", "--version"))) {
      throw new DatabaseStartFailed(
          "the command setpriv is missing, which ties PostgreSQL's life to this process: install util-linux,"
              + " or point --database-url at a PostgreSQL of your own");
    }
    if (!isRoot()) {
      return new Launch(List.of(), "");
    }
    var namespace = List.of("unshare", "--user", "--");
    if (succeeds(program(namespace, "true"))) {
      return new Launch(namespace, "");
    }
    return asUnprivilegedUser();
  }

  /** The way that needs no user namespaces: the data directory is handed to an unprivileged user. */
  static Launch asUnprivilegedUser() {
    for (String user : UNPRIVILEGED_USERS) {
      String uid = output(List.of("id", "-u", user));
      String gid = output(List.of("id", "-g", user));
      var identity = List.of("setpriv", "--reuid=" + uid, "--regid=" + gid, "--clear-groups", "--");
      if (!uid.isEmpty() && !uid.equals("0") && succeeds(program(identity, "true"))) {
        return new Launch(identity, uid + ":" + gid);
      }
    }
    throw new DatabaseStartFailed(
        "PostgreSQL does not run as root, and neither a user namespace (unshare --user) nor the user 'postgres' or"
            + " 'nobody' (setpriv) is to be had: start as an unprivileged user, allow user namespaces, or point"
            + " --database-url at a PostgreSQL of your own");
  }

  /** The whole chain for one program; valid for children of this process only. */
  List<String> command(List<String> program) {
    var command = new ArrayList<>(identity);
    command.addAll(List.of("setsid", "setpriv", "--pdeathsig=INT", "--", "sh", "-c", PARENT_CHECK));
    command.add(Long.toString(ProcessHandle.current().pid()));
    command.addAll(program);
    return List.copyOf(command);
  }

  ProcessBuilder builder(List<String> program) {
    var builder = new ProcessBuilder(command(program)).redirectErrorStream(true);
    Map<String, String> environment = builder.environment();
    String path = environment.getOrDefault("PATH", "/usr/bin:/bin");
    environment.clear();
    environment.putAll(Map.of("PATH", path, "LC_ALL", "C", "TZ", "UTC"));
    return builder;
  }

  /** Lets the server write to the path, and to everything below it. */
  void handOver(Path path) throws IOException {
    if (!owner.isEmpty() && !succeeds(List.of("chown", "-R", owner, path.toString()))) {
      throw new IOException("chown " + owner + " " + path + " failed");
    }
  }

  boolean canEnter(Path directory) {
    return succeeds(identityProgram(List.of("sh", "-c", "cd \"$0\"", directory.toString())));
  }

  private List<String> identityProgram(List<String> program) {
    var command = new ArrayList<>(identity);
    command.addAll(program);
    return command;
  }

  private static List<String> program(List<String> identity, String program) {
    var command = new ArrayList<>(identity);
    command.add(program);
    return command;
  }

  private static boolean isRoot() {
    try {
      return Files.getAttribute(Path.of("/proc/self"), "unix:uid") instanceof Integer uid
          && uid == 0;
    } catch (IOException | UnsupportedOperationException _) {
      return "root".equals(System.getProperty("user.name"));
    }
  }

  private static boolean succeeds(List<String> command) {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (process.waitFor(PROBE_SECONDS, TimeUnit.SECONDS)) {
        return process.exitValue() == 0;
      }
      process.destroyForcibly();
      return false;
    } catch (IOException _) {
      return false;
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static String output(List<String> command) {
    try {
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      try (var stream = process.getInputStream()) {
        return new String(stream.readAllBytes(), StandardCharsets.US_ASCII).strip();
      }
    } catch (IOException _) {
      return "";
    }
  }
}
