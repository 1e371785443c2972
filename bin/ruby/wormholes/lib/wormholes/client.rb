# frozen_string_literal: true

module Wormholes
  # One engine. Every call is a request of its own, so that a client may be shared by threads. Answers
  # are hashes with the keys of the control API; a refusal is raised as Refused with the API's code.
  class Client
    def initialize(socket, launcher: nil)
      @socket = socket.to_s
      @launcher = launcher || ENV.fetch("WORMHOLES", "wormholes")
      @tunnels = Tunnels.new(self)
    end

    def status = call("GET", "/v1/status")
    def nodes = call("GET", "/v1/nodes").fetch(:nodes)
    def tunnels = call("GET", "/v1/tunnels").fetch(:tunnels)
    def circuits = call("GET", "/v1/circuits").fetch(:circuits)
    def history = call("GET", "/v1/history").fetch(:entries)

    # What an apply would do: `ruleset` is a script, a `.wh` file, or the bytes of one.
    def plan(ruleset, drain: nil)
      call("POST", "/v1/plan", { ruleset: encoded(ruleset), drain_ms: milliseconds(drain) }.compact)
    end

    # Makes the ruleset what runs, whole or not at all.
    #
    # `running` is the digest it must take the place of; `drain` is in seconds; each of `probes` is
    # "https://host/path" or "host:port" and must work, or what ran before comes back.
    def apply(ruleset, running: nil, drain: nil, probes: [])
      source = ruleset.to_s.b.start_with?(Compiled::MAGIC) ? nil : ruleset.to_s
      call("POST", "/v1/apply", {
        ruleset: encoded(ruleset), source: source, **terms(running, drain, probes)
      }.compact)
    end

    # Applies a ruleset of the history again: a number, a digest, or what ran before.
    def rollback(to = nil, running: nil, drain: nil, probes: [])
      call("POST", "/v1/rollback", { to: to&.to_s, **terms(running, drain, probes) }.compact)
    end

    # What becomes of a flow such as "https://example.org", and which lines say so.
    def explain(flow, user: nil, entry: nil)
      call("POST", "/v1/explain", { flow: flow.to_s, user: user, entry: entry }.compact)
    end

    # The tables of the rulesets that were applied.
    def tables = call("GET", "/v1/tables").fetch(:tables)

    # What a key of a table is: nil, or what was written, with its version and its author.
    def table_get(table, key, network: nil)
      found = call("POST", "/v1/reads", { network: network, table: table, key: key }.compact)
      found unless found.fetch(:version).zero?
    end

    # Writes a value, signed by the engine's node; with version only if that one is there.
    def table_put(table, key, value, network: nil, version: nil)
      table_write(table, key, network: network, version: version, value: [value.b].pack("m0"))
    end

    # Deletes a key.
    def table_delete(table, key, network: nil, version: nil)
      table_write(table, key, network: network, version: version)
    end

    # The keys of a table that begin so.
    def table_keys(table, start = "", network: nil)
      call("POST", "/v1/keys", { network: network, table: table, start: start }.compact).fetch(:keys)
    end

    # The rings of the networks that the engine belongs to; of a named one alone.
    def rings(network = nil)
      query = network ? "?of=#{URI.encode_www_form_component(network)}" : ""
      call("GET", "/v1/rings#{query}").fetch(:rings)
    end

    # Begins a ring, enters it (through a member whose address is given), leaves it.
    def ring_create(network: nil) = ring("create", network: network)
    def ring_join(through = nil, network: nil) = ring("join", network: network, through: through)
    def ring_leave(network: nil) = ring("leave", network: network)

    # Who is responsible for a key, and who follows.
    def ring_lookup(key, network: nil)
      call("POST", "/v1/lookups", { network: network, key: key }.compact)
    end

    # How long a member takes to answer.
    def ring_ping(node, network: nil)
      call("POST", "/v1/pings", { network: network, node: node }.compact)
    end

    # Tells all members a text; it comes to them as an event.
    def ring_cast(text, network: nil)
      call("POST", "/v1/casts", { network: network, text: text }.compact)
    end

    # What happens from now on; without a block, as an enumerator.
    def events(&block)
      return enum_for(:events) unless block

      Http.new(@socket).follow("/v1/events", &block)
    end

    # A socket to a destination through the named tunnel, closed after the block if there is one.
    def tcp(tunnel, host, port)
      socket = @tunnels.tcp(tunnel, host, port)
      return socket unless block_given?

      begin
        yield socket
      ensure
        socket.close unless socket.closed?
      end
    end

    # `host:port` of an HTTP proxy whose every flow takes the named tunnel.
    def proxy(tunnel) = @tunnels.proxy(tunnel)

    # Ends the engine.
    def stop = call("POST", "/v1/stop")

    # One request, for routes that have no method here.
    def call(method, target, body = nil) = Http.new(@socket).call(method, target, body)

    private

    def ring(action, **rest) = call("POST", "/v1/rings", { action: action, **rest }.compact)

    def table_write(table, key, **rest)
      call("POST", "/v1/writes", { table: table, key: key, **rest }.compact)
    end

    def encoded(ruleset) = [Compiled.bytes(ruleset, @launcher)].pack("m0")

    def terms(running, drain, probes)
      {
        running: running,
        drain_ms: milliseconds(drain),
        by: "ruby",
        probes: probes.map { |probe| probe.is_a?(Hash) ? probe : { target: probe.to_s } }
      }
    end

    def milliseconds(seconds) = seconds && (seconds * 1000).to_i
  end
end
