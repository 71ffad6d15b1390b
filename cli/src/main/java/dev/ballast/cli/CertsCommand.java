package dev.ballast.cli;

import dev.ballast.model.CertificateChain;
import dev.ballast.model.PrivateKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

@Command(
    name = "certs",
    description = {
      "Make certificates for trying out: an authority, a server's and a client's.",
      "The files are DIR/ca.crt, NAME.crt and NAME.key, and DIR/certificates.yaml, which can be applied. An authority that is"
          + " in DIR already is used again."
    })
final class CertsCommand implements Callable<Integer> {
  private static final String AUTHORITY = "ca";
  private static final int AUTHORITY_DAYS = 3_650;
  private static final Pattern NAME = Pattern.compile("[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?");
  private static final FileAttribute<?> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private final Shell shell;

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      defaultValue = "./certs",
      description = "Where the files go.")
  Path directory = Path.of("certs");

  @Option(
      names = "--host",
      paramLabel = "HOST",
      required = true,
      split = ",",
      description =
          "A host name or an address that the server's certificate is for; *.example.test for all names below. May be"
              + " repeated.")
  List<String> hosts = List.of();

  @Option(
      names = "--name",
      paramLabel = "NAME",
      defaultValue = "web",
      description = "The name of the server's certificate.")
  String name = "web";

  @Option(
      names = "--client",
      paramLabel = "NAME",
      description = "Make a client's certificate with this name too (default: none).")
  @Nullable String client;

  @Option(
      names = "--days",
      paramLabel = "N",
      defaultValue = "90",
      description = "How long they are valid; the authority for ten years.")
  int days = 90;

  @Option(names = "--rsa", description = "RSA keys with 2048 bits instead of EC keys on P-256.")
  boolean isRsa;

  CertsCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() throws IOException {
    checkNames();
    Path target = Files.createDirectories(shell.directory().resolve(directory).normalize());
    var maker = new CertificateMaker(new SecureRandom(), shell.clock().instant(), isRsa);
    CertificateMaker.Issuer issuer = authority(maker, target);
    var documents = new ArrayList<JsonNode>();
    documents.add(document(AUTHORITY, Files.readString(target.resolve("ca.crt")), null));
    documents.add(
        made(maker, target, name, hosts.getFirst(), CertificateMaker.Purpose.SERVER, issuer));
    if (client != null) {
      documents.add(made(maker, target, client, client, CertificateMaker.Purpose.CLIENT, issuer));
    }
    write(target.resolve("certificates.yaml"), Yaml.ofAll(documents));
    shell
        .terminal()
        .out()
        .println(
            "apply them with: "
                + shell.calledAs()
                + " apply -f "
                + shell.shown(target.resolve("certificates.yaml")));
    return ExitCode.DONE.number();
  }

  private void checkNames() {
    var names = new ArrayList<>(List.of(name));
    if (client != null) {
      names.add(client);
    }
    for (String one : names) {
      if (!NAME.matcher(one).matches() || one.equals(AUTHORITY)) {
        throw new CommandFailed(
            ExitCode.USAGE,
            "\""
                + one
                + "\" can't be the name of a certificate here: a-z, 0-9 and '-', and not ca");
      }
    }
    if (name.equals(client)) {
      throw new CommandFailed(ExitCode.USAGE, "the server and the client are both called " + name);
    }
    if (days < 1 || days > AUTHORITY_DAYS) {
      throw new CommandFailed(ExitCode.USAGE, "--days is 1 to " + AUTHORITY_DAYS + ": " + days);
    }
  }

  private CertificateMaker.Issuer authority(CertificateMaker maker, Path target)
      throws IOException {
    Path certificate = target.resolve("ca.crt");
    Path key = target.resolve("ca.key");
    if (Files.exists(certificate) && Files.exists(key)) {
      return known(certificate, key);
    }
    String title = "Ballast authority for trying out";
    KeyPair keys = maker.keys();
    var issuer = new CertificateMaker.Issuer(title, keys.getPublic(), keys.getPrivate());
    var made =
        maker.make(
            title, CertificateMaker.Purpose.AUTHORITY, List.of(), keys, issuer, AUTHORITY_DAYS);
    write(key, made.key());
    write(certificate, made.certificate());
    say(certificate, "an authority to trust");
    return issuer;
  }

  private static CertificateMaker.Issuer known(Path certificate, Path key) throws IOException {
    try {
      var leaf = new CertificateChain(Files.readString(certificate)).leaf();
      PrivateKey signing = PrivateKeys.parse(PrivateKeys.read(Files.readString(key)));
      String title = leaf.getSubjectX500Principal().getName().replaceFirst("^CN=", "");
      return new CertificateMaker.Issuer(title, leaf.getPublicKey(), signing);
    } catch (IllegalArgumentException unusable) {
      throw new CommandFailed(
          "the authority in " + certificate + " can't be used: " + Failures.text(unusable));
    }
  }

  private JsonNode made(
      CertificateMaker maker,
      Path target,
      String file,
      String title,
      CertificateMaker.Purpose purpose,
      CertificateMaker.Issuer issuer)
      throws IOException {
    boolean isServer = purpose == CertificateMaker.Purpose.SERVER;
    var made = maker.make(title, purpose, isServer ? hosts : List.of(), maker.keys(), issuer, days);
    Path certificate = target.resolve(file + ".crt");
    write(target.resolve(file + ".key"), made.key());
    write(certificate, made.certificate());
    say(certificate, isServer ? "for " + String.join(", ", hosts) : "for the client " + title);
    return document(file, made.certificate(), made.key());
  }

  private static JsonNode document(String name, String certificate, @Nullable String key) {
    var document =
        JsonNodeFactory.instance
            .objectNode()
            .put("kind", "Certificate")
            .put("name", name)
            .put("certificate", certificate);
    return key == null ? document : document.put("key", key);
  }

  private void say(Path file, String what) {
    shell.terminal().out().println(shell.shown(file) + "  " + what);
  }

  /** Whole or not at all, and for its owner only. */
  private static void write(Path file, String content) throws IOException {
    Path fresh =
        Files.createTempFile(file.getParent(), file.getFileName().toString(), ".new", OWNER_ONLY);
    Files.writeString(fresh, content);
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
