# frozen_string_literal: true

require "socket"

module Wormholes
  # Sockets whose bytes go through a tunnel. The engine opens a proxy on this machine for each tunnel
  # that is asked for; names are looked up at the tunnel's exit.
  class Tunnels
    MAX_REPLY = 8_192

    def initialize(http)
      @http = http
      @proxies = {}
      @lock = Mutex.new
    end

    # `host:port` of the tunnel's proxy, for programs that take one.
    def proxy(tunnel)
      @lock.synchronize { @proxies[tunnel.to_s] ||= @http.call("POST", "/v1/proxies", { tunnel: tunnel.to_s })[:address] }
    end

    def tcp(tunnel, host, port)
      socket = connect(tunnel)
      ask(socket, host, Integer(port))
      socket
    rescue SystemCallError, IOError => e
      socket&.close
      raise NotConnected, "no connection through #{tunnel}: #{e.message}"
    rescue NotConnected
      socket.close
      raise
    end

    private

    def connect(tunnel)
      at, _, port = proxy(tunnel).rpartition(":")
      TCPSocket.new(at, Integer(port))
    rescue SystemCallError
      # The engine was started again, and listens elsewhere.
      @lock.synchronize { @proxies.delete(tunnel.to_s) }
      at, _, port = proxy(tunnel).rpartition(":")
      TCPSocket.new(at, Integer(port))
    end

    def ask(socket, host, port)
      name = host.to_s
      raise ArgumentError, "not a host: #{name.inspect}" unless name.match?(/\A[\w.:\[\]%-]{1,255}\z/)

      name = "[#{name}]" if name.include?(":") && !name.start_with?("[")
      socket.write("CONNECT #{name}:#{port} HTTP/1.1\r\nHost: #{name}:#{port}\r\n\r\n")
      reply = +""
      # Byte by byte: what follows the empty line is the caller's.
      until reply.end_with?("\r\n\r\n")
        reply << (socket.read(1) || raise(NotConnected, "the tunnel's proxy ended without an answer"))
        raise NotConnected, "the tunnel's proxy answered nonsense" if reply.bytesize > MAX_REPLY
      end
      return if reply.match?(%r{\AHTTP/1\.[01] 200})

      raise NotConnected, "no connection to #{name}:#{port}: #{reply.lines.first.strip.sub(%r{\AHTTP/1\.[01] }, "")}"
    end
  end
end
