package dev.ballast.verify;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A machine of the test's own on the network: a Linux network namespace, and one platform thread that has entered it by
 * setns(2). A namespace belongs to the thread, and passes on to its sockets, to the processes it starts and to the threads
 * it makes; so the rest of the test stays where it is.
 */
final class Namespace implements Place, AutoCloseable {
  private static final int CLONE_NEWNET = 0x40000000;
  private static final int O_RDONLY = 0;
  private static final Pattern OWNED = Pattern.compile("ballast-(?<pid>[0-9]{1,10})-\\S+");

  private final String name;
  private final ExecutorService inside;

  private Namespace(String name, ExecutorService inside) {
    this.name = name;
    this.inside = inside;
  }

  /** How the names of all namespaces of this process begin: no other process that runs has the same. */
  static String prefix() {
    return prefix(ProcessHandle.current().pid());
  }

  static String prefix(long pid) {
    return "ballast-" + pid + "-";
  }

  /** Deletes those that tests which were killed have left. */
  static void deleteThoseOfTheDead() {
    Finished.tool("ip", "netns", "list")
        .out()
        .lines()
        .map(OWNED::matcher)
        .filter(Matcher::lookingAt)
        .filter(name -> ProcessHandle.of(Long.parseLong(name.group("pid"))).isEmpty())
        .forEach(name -> Finished.tool("ip", "netns", "delete", name.group()));
  }

  static boolean isPossible() {
    String probe = prefix() + "probe";
    return Finished.tool("ip", "netns", "add", probe).exitCode() == 0
        && Finished.tool("ip", "netns", "delete", probe).exitCode() == 0;
  }

  /** Makes an empty one, with its loopback device up. */
  static Namespace create(String name) throws Exception {
    Finished made = Finished.tool("ip", "netns", "add", name);
    if (made.exitCode() != 0) {
      throw new AssertionError(
          "network namespaces are impossible here, and this test has to have them: it needs Linux, root (or"
              + " CAP_SYS_ADMIN and CAP_NET_ADMIN) and iproute2. ip netns add said: "
              + made.all());
    }
    var namespace =
        new Namespace(
            name,
            Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name(name).factory()));
    namespace.call(() -> enter("/run/netns/" + name));
    namespace.ip("link", "set", "lo", "up");
    return namespace;
  }

  String name() {
    return name;
  }

  /** Runs {@code ip} inside. */
  void ip(String... arguments) {
    tool("ip", arguments).orFail();
  }

  Finished tool(String program, String... arguments) {
    var command =
        new java.util.ArrayList<>(java.util.List.of("ip", "netns", "exec", name, program));
    command.addAll(java.util.List.of(arguments));
    return Finished.tool(command.toArray(String[]::new));
  }

  @Override
  public <T> T call(Callable<T> action) throws Exception {
    try {
      return inside.submit(action).get();
    } catch (ExecutionException failure) {
      if (failure.getCause() instanceof Exception cause) {
        throw cause;
      }
      throw failure;
    }
  }

  @SuppressWarnings("restricted")
  private static int enter(String path) throws Exception {
    var linker = Linker.nativeLinker();
    MethodHandle open =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("open"),
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
            Linker.Option.firstVariadicArg(2));
    MethodHandle setns =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("setns"),
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    MethodHandle close =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("close"),
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    try (Arena arena = Arena.ofConfined()) {
      int file = (int) open.invokeExact(arena.allocateFrom(path), O_RDONLY);
      int result = (int) setns.invokeExact(file, CLONE_NEWNET);
      int _ = (int) close.invokeExact(file);
      if (file < 0 || result < 0) {
        throw new AssertionError("setns(2) into " + path + " failed");
      }
      return result;
    } catch (Error | Exception failure) {
      throw failure;
    } catch (Throwable failure) {
      throw new AssertionError(failure);
    }
  }

  @Override
  public void close() {
    inside.shutdownNow();
    Finished.tool("ip", "netns", "delete", name);
  }
}
