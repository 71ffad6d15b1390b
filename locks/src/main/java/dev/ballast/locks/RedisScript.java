package dev.ballast.locks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Protocol;

/**
 * A Lua script that Redis runs as one atomic step, called by its SHA-1 as long as Redis knows it.
 *
 * @param sha of the text, as Redis computes it
 */
record RedisScript(String text, String sha) {
  /** The script in some files beside this class, one after the other. */
  static RedisScript load(String... files) {
    String text = Stream.of(files).map(RedisScript::read).collect(Collectors.joining());
    try {
      var sha = MessageDigest.getInstance("SHA-1").digest(text.getBytes(StandardCharsets.UTF_8));
      return new RedisScript(text, HexFormat.of().formatHex(sha));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-1", e);
    }
  }

  private static String read(String file) {
    try (var in = RedisScript.class.getResourceAsStream(file)) {
      if (in == null) {
        throw new IllegalStateException(file + " is missing in the jar of locks");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  CommandArguments arguments(
      Protocol.Command command, String script, List<String> keys, List<?> arguments) {
    return new CommandArguments(command)
        .add(script)
        .add(keys.size())
        .addObjects(keys)
        .addObjects(arguments);
  }
}
