package dev.ballast.locks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Protocol;

/**
 * A Lua script that Redis runs as one atomic step, called by its SHA-1 as long as Redis knows it.
 *
 * @param sha of the text, as Redis computes it
 */
record RedisScript(String text, String sha) {
  /** The script in a file beside this class. */
  static RedisScript load(String file) {
    try (var in = RedisScript.class.getResourceAsStream(file)) {
      if (in == null) {
        throw new IllegalStateException(file + " is missing in the jar of locks");
      }
      var bytes = in.readAllBytes();
      var sha = MessageDigest.getInstance("SHA-1").digest(bytes);
      return new RedisScript(
          new String(bytes, StandardCharsets.UTF_8), HexFormat.of().formatHex(sha));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-1", e);
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
