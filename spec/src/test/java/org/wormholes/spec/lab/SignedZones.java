package org.wormholes.spec.lab;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/// A root of DNS with a few zones, signed now with `ldns-signzone`, behind Debian's `unbound` as
/// the resolver that knows them and checks nothing.
///
/// Below `test` are `signed` (NSEC3, with a wildcard), `plain` (not signed, and said so), `bare`
/// (not signed although its parent says that it is), `expired`, whose one address was signed in the
/// past, and `forged`, whose address was exchanged after it was signed.
public final class SignedZones implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final DateTimeFormatter DAY = DateTimeFormatter.BASIC_ISO_DATE;
  private static final Pattern QUESTION =
      Pattern.compile("info: 127\\.0\\.0\\.1 (\\S+)\\. (\\S+) IN");
  private static final String APEX =
      """
      %1$s 3600 IN SOA ns.test. admin.test. 1 3600 600 86400 30
      %1$s 3600 IN NS ns.test.
      """;

  private final Path folder;
  private final Map<String, String> keys = new LinkedHashMap<>();
  private final StringBuilder served = new StringBuilder();
  private final int port;
  private final int tls = Ports.free();
  private final int https = Ports.free();
  private Optional<Program> unbound = Optional.empty();

  private SignedZones(Path folder, int port) {
    this.folder = folder;
    this.port = port;
  }

  /// Signs the zones and starts the resolver, in an empty folder.
  public static SignedZones start(Path folder) throws IOException {
    return start(folder, Ports.free(), List.of());
  }

  /// The same at a port that is free there.
  ///
  /// @param before words in front of the resolver's command line
  public static SignedZones start(Path folder, int port, List<String> before) throws IOException {
    SignedZones zones = new SignedZones(folder, port);
    zones.make();
    zones.certify();
    zones.serve(before);
    return zones;
  }

  private void make() throws IOException {
    for (String zone : List.of("bare.test", "expired.test", "forged.test", "signed.test")) {
      key(zone);
    }
    String address = "www.%1$s 300 IN A 127.0.0.1\n";
    zone("plain.test.", address);
    zone("bare.test.", address);
    zone(
        "signed.test.",
        address
            + "*.wild.%1$s 300 IN A 127.0.0.1\n"
            + "alias.%1$s 300 IN CNAME www.plain.test.\n"
            + "inside.%1$s 300 IN A 10.0.0.1\n");
    sign("signed.test", List.of("-n"), text -> text);
    zone("expired.test.", address);
    LocalDate today = LocalDate.now(ZoneOffset.UTC);
    String old =
        signed(
            "expired.test",
            List.of("-i", today.minusDays(40).format(DAY), "-e", today.minusDays(2).format(DAY)));
    sign("expired.test", List.of(), text -> text.replace(signature(text), signature(old)));
    zone("forged.test.", "www.%1$s 300 IN A 127.0.0.7\n");
    sign("forged.test", List.of(), text -> text.replace("127.0.0.7", "127.0.0.1"));
    StringBuilder children = new StringBuilder("ns.test. 3600 IN A 127.0.0.1\n");
    for (String child : List.of("plain", "bare", "expired", "forged", "signed")) {
      children.append(child).append(".test. 3600 IN NS ns.test.\n");
    }
    for (String zone : keys.keySet()) {
      children.append(anchor(zone)).append('\n');
    }
    key("test");
    zone("test.", children.toString());
    sign("test", List.of(), text -> text);
    key(".");
    zone(".", "test. 3600 IN NS ns.test.\nns.test. 3600 IN A 127.0.0.1\n" + anchor("test") + "\n");
    sign(".", List.of(), text -> text);
  }

  private void key(String zone) {
    String name =
        run("ldns-keygen", "-r", "/dev/urandom", "-a", "ECDSAP256SHA256", "-k", zone).strip();
    keys.put(zone, name);
  }

  /// Writes a zone and has it served, as it is until it is signed.
  private void zone(String origin, String records) throws IOException {
    Files.writeString(file(origin), (APEX + records).formatted(origin));
    served.append(
        """
        auth-zone:
          name: "%s"
          zonefile: "%s"
          for-downstream: no
          for-upstream: yes
          fallback-enabled: no
        """
            .formatted(origin, file(origin)));
  }

  private Path file(String origin) {
    return folder.resolve(origin.equals(".") ? "root" : origin);
  }

  private void sign(String zone, List<String> how, UnaryOperator<String> after) throws IOException {
    Files.writeString(fileOf(zone), after.apply(signed(zone, how)));
  }

  private Path fileOf(String zone) {
    return file(zone.equals(".") ? zone : zone + ".");
  }

  private String signed(String zone, List<String> how) throws IOException {
    Path signed = folder.resolve("signed");
    List<String> words = new ArrayList<>(List.of("ldns-signzone", "-o", zone));
    words.addAll(how);
    words.addAll(List.of("-f", signed.toString(), fileOf(zone).toString(), keys.get(zone)));
    run(words.toArray(String[]::new));
    return Files.readString(signed);
  }

  /// The signature of the address of `www` in a signed zone.
  private static String signature(String signed) {
    return signed
        .lines()
        .filter(line -> line.startsWith("www.") && line.contains("\tRRSIG\tA "))
        .findFirst()
        .orElseThrow();
  }

  private String run(String... words) {
    Tools.need(words[0], "ldnsutils");
    return Command.of(words).in(folder).within(LIMIT).run().good().text();
  }

  /// Makes what the resolver shows over TLS.
  private void certify() {
    String openssl = Tools.need("openssl", "openssl");
    var _ =
        Command.of(openssl, "req", "-x509", "-newkey", "ec", "-nodes", "-days", "2")
            .with("-pkeyopt", "ec_paramgen_curve:prime256v1", "-subj", "/CN=dns.test")
            .with("-keyout", "key.pem", "-out", "certificate.pem")
            .in(folder)
            .within(LIMIT)
            .run()
            .good();
  }

  /// Where the resolver answers over TLS, with the key of its certificate.
  public String overTls() throws IOException, CertificateException {
    return "tls://127.0.0.1:" + tls + "#sha256:" + pin();
  }

  /// Where it answers over HTTPS.
  public String overHttps() throws IOException, CertificateException {
    return "https://127.0.0.1:" + https + "/dns-query#sha256:" + pin();
  }

  private String pin() throws IOException, CertificateException {
    try (InputStream in = Files.newInputStream(folder.resolve("certificate.pem"))) {
      byte[] key =
          CertificateFactory.getInstance("X.509")
              .generateCertificate(in)
              .getPublicKey()
              .getEncoded();
      return HexFormat.of().formatHex(KnownBytes.newSha256().digest(key));
    }
  }

  private void serve(List<String> before) throws IOException {
    Path configuration =
        Files.writeString(
            folder.resolve("unbound.conf"),
            """
            server:
              directory: "%s"
              chroot: ""
              username: ""
              pidfile: ""
              interface: 127.0.0.1@%d
              interface: 127.0.0.1@%d
              interface: 127.0.0.1@%d
              tls-port: %d
              https-port: %d
              tls-service-key: "key.pem"
              tls-service-pem: "certificate.pem"
              access-control: 127.0.0.0/8 allow
              do-ip6: no
              do-daemonize: no
              do-not-query-localhost: no
              module-config: "iterator"
              use-syslog: no
              logfile: ""
              log-queries: yes
              local-zone: "test." nodefault
            """
                    .formatted(folder, port, tls, https, tls, https)
                + served);
    List<String> words = new ArrayList<>(before);
    words.addAll(List.of(Tools.need("unbound", "unbound"), "-d", "-c", configuration.toString()));
    Program started = Program.start("unbound", folder, Map.of(), words);
    unbound = Optional.of(started);
    started.line(Pattern.compile("start of service"), LIMIT);
  }

  /// The DS record of a zone's key, `.` for the root.
  public String anchor(String zone) {
    try {
      return Files.readString(folder.resolve(keys.get(zone) + ".ds"))
          .replace('\t', ' ')
          .replace(" IN DS ", " 3600 IN DS ")
          .strip();
    } catch (IOException gone) {
      throw new UncheckedIOException(gone);
    }
  }

  /// Where the resolver is, `ip:port`.
  public String address() {
    return "127.0.0.1:" + port;
  }

  /// What the resolver was asked so far: name without a final dot, a blank and the type.
  public List<String> asked() {
    return unbound.stream()
        .flatMap(it -> it.lines().stream())
        .flatMap(line -> QUESTION.matcher(line).results())
        .map(found -> found.group(1) + " " + found.group(2))
        .toList();
  }

  @Override
  public void close() {
    unbound.ifPresent(Program::close);
  }
}
