tests "per-app" do
  flow("https://example.org", process: "firefox").uses "browser"
  flow("https://example.org", process: "dino").uses "chat"
  flow("http://deb.debian.org", process: "http", process_path: "/usr/lib/apt/methods/http", local_user: "_apt").uses "updates"
  flow("http://deb.debian.org", process: "http", process_path: "/tmp/http", local_user: "_apt").refused
  flow("https://example.org", process: "curl").refused
  flow("https://example.org").refused
end
