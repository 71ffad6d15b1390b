package dev.ballast.proxy;

import dev.ballast.model.RouteAction;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The answer that a route gives by itself. Immutable. */
sealed interface RouteAnswer {
  int status();

  /**
   * Always the same.
   *
   * @param body in UTF-8
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Fixed(int status, String contentType, byte[] body) implements RouteAnswer {
    static Fixed of(RouteAction.Respond action) {
      return new Fixed(
          action.status(), action.contentType(), action.body().getBytes(StandardCharsets.UTF_8));
    }
  }

  /**
   * The client is sent elsewhere: to another path of the same site by a path alone, so that it stays with the scheme it came by,
   * else by a full address. A path alone never begins with two slashes, which would name another host.
   *
   * @param scheme with {@code ://}; null: as it was
   * @param host null: as it was
   * @param port null: see {@link RouteAction.Redirect}
   * @param domain the host of clients that name none
   */
  record Redirect(
      int status,
      @Nullable String scheme,
      @Nullable String host,
      @Nullable Integer port,
      PathRewrite path,
      String domain)
      implements RouteAnswer {
    private static final String BETWEEN = "://";

    static Redirect of(RouteAction.Redirect action, PathMatch match, String domain) {
      return new Redirect(
          action.status(),
          action.scheme().orElse(null),
          action.host().orElse(null),
          action.port().orElse(null),
          PathRewrite.of(match, action.path(), action.prefix(), java.util.Optional.empty()),
          domain);
    }

    /**
     * The value of Location.
     *
     * @param ownScheme that the client has used
     */
    String location(RequestHead head, String ownScheme) {
      String target = target(head);
      boolean isSameSite = scheme == null && host == null && port == null;
      return isSameSite ? oneSlash(target) : site(head, ownScheme) + target;
    }

    private String target(RequestHead head) {
      ByteBuf out = Unpooled.buffer();
      path.write(head.path(), out);
      out.writeBytes(head.bytes(), head.queryStart(), head.targetEnd() - head.queryStart());
      String target = out.toString(StandardCharsets.ISO_8859_1).replace("\\", "%5C");
      return target.startsWith("/") ? target : "/";
    }

    private static String oneSlash(String target) {
      int slashes = 1;
      while (slashes < target.length() && target.charAt(slashes) == '/') {
        slashes++;
      }
      return target.substring(slashes - 1);
    }

    private String site(RequestHead head, String ownScheme) {
      String asked = head.hostText();
      String name = host != null ? host : asked.isEmpty() ? domain : asked;
      return (scheme == null ? ownScheme : scheme) + BETWEEN + name + portText(head, ownScheme);
    }

    private String portText(RequestHead head, String ownScheme) {
      if (port != null) {
        return isDefault(port, ownScheme) ? "" : ":" + port;
      }
      boolean isSchemeKept = scheme == null || scheme.equals(ownScheme);
      return isSchemeKept ? head.portText() : "";
    }

    private boolean isDefault(int number, String ownScheme) {
      return number == ("https".equals(scheme == null ? ownScheme : scheme) ? 443 : 80);
    }
  }
}
