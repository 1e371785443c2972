package org.wormholes.transport.tor;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Proves to a control port that we may use it (control-spec, sections 3.5 and 3.24): with the
/// password where we were given one, else with the cookie file in its safe form, which shows the
/// cookie to nobody, else with nothing where nothing is asked. The plain form of the cookie is not
/// used: a program in tor's place could have any file of 32 bytes sent to it.
final class Authentication {
  private static final int COOKIE_BYTES = 32;
  private static final int NONCE_BYTES = 32;
  private static final String SERVER = "Tor safe cookie authentication server-to-controller hash";
  private static final String CONTROLLER =
      "Tor safe cookie authentication controller-to-server hash";
  private static final HexFormat HEX = HexFormat.of();

  private final ControlPort port;
  private final String password;

  Authentication(ControlPort port, String password) {
    this.port = port;
    this.password = password;
  }

  /// Completes once commands are taken; fails with a [TorException].
  CompletableFuture<ControlReply> run() {
    return port.ask("PROTOCOLINFO 1").thenCompose(this::chosen).thenCompose(this::accepted);
  }

  private CompletableFuture<ControlReply> accepted(ControlReply reply) {
    return reply.ok()
        ? CompletableFuture.completedFuture(reply)
        : CompletableFuture.failedFuture(reply.refusal("let us in"));
  }

  private CompletableFuture<ControlReply> chosen(ControlReply info) {
    Map<String, String> auth =
        info.lines().stream()
            .map(ControlReply.Line::text)
            .filter(line -> line.startsWith("AUTH "))
            .findFirst()
            .map(Words::named)
            .orElse(Map.of());
    List<String> methods = List.of(auth.getOrDefault("METHODS", "").split(","));
    if (!password.isEmpty()) {
      return methods.contains("HASHEDPASSWORD")
          ? port.ask("AUTHENTICATE " + Words.quoted(password))
          : failed("tor takes no password: HashedControlPassword is not set");
    }
    if (methods.contains("NULL")) {
      return port.ask("AUTHENTICATE");
    }
    if (methods.contains("SAFECOOKIE")) {
      return withCookie(auth.getOrDefault("COOKIEFILE", ""));
    }
    return failed(
        methods.contains("HASHEDPASSWORD")
            ? "tor wants a password: adopt it with `password:`"
            : "what answers is no control port of tor: it names no way to authenticate");
  }

  private static CompletableFuture<ControlReply> failed(String why) {
    return CompletableFuture.failedFuture(new TorException(why));
  }

  private CompletableFuture<ControlReply> withCookie(String file) {
    byte[] cookie;
    try (InputStream in = Files.newInputStream(Path.of(file))) {
      cookie = in.readNBytes(COOKIE_BYTES + 1);
    } catch (IOException | InvalidPathException unreadable) {
      return failed("tor's cookie file can't be read: " + file);
    }
    if (cookie.length != COOKIE_BYTES) {
      return failed("tor's cookie file does not hold 32 bytes: " + file);
    }
    byte[] nonce = new byte[NONCE_BYTES];
    new SecureRandom().nextBytes(nonce);
    return port.ask("AUTHCHALLENGE SAFECOOKIE " + HEX.formatHex(nonce))
        .thenCompose(reply -> answered(reply, cookie, nonce));
  }

  private CompletableFuture<ControlReply> answered(
      ControlReply reply, byte[] cookie, byte[] nonce) {
    if (!reply.ok()) {
      return CompletableFuture.failedFuture(reply.refusal("let us in"));
    }
    Map<String, String> named = Words.named(reply.text());
    byte[] theirs;
    byte[] hash;
    try {
      theirs = HEX.parseHex(named.getOrDefault("SERVERNONCE", ""));
      hash = HEX.parseHex(named.getOrDefault("SERVERHASH", ""));
    } catch (IllegalArgumentException garbled) {
      return failed("what answers is no control port of tor: a garbled challenge");
    }
    if (!MessageDigest.isEqual(hash, hmac(SERVER, cookie, nonce, theirs))) {
      return failed("what answers does not know the cookie of the tor it claims to be");
    }
    return port.ask("AUTHENTICATE " + HEX.formatHex(hmac(CONTROLLER, cookie, nonce, theirs)));
  }

  private static byte[] hmac(String key, byte[]... parts) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key.getBytes(StandardCharsets.US_ASCII), "HmacSHA256"));
      for (byte[] part : parts) {
        mac.update(part);
      }
      return mac.doFinal();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
