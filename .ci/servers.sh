# The real servers the tests use, on free loopback ports with their data in one temporary folder.
# Sourced by .ci/run; `start_servers` exports the LASTVAKT_TEST_* variables, `stop_servers` ends what it started.
# shellcheck shell=bash

readonly ready_timeout_s=30
readonly stop_timeout_s=10

servers_folder=''
python_folder=''
server_pids=()

# Installs the Debian packages whose program is missing.
install_servers() {
  local missing=()
  command -v mosquitto >/dev/null || [[ -x /usr/sbin/mosquitto ]] || missing+=(mosquitto)
  [[ -n "$(postgres_bin)" ]] || missing+=(postgresql)
  command -v influxd >/dev/null || missing+=(influxdb)
  command -v victoria-metrics >/dev/null || missing+=(victoria-metrics)
  command -v chromium >/dev/null || missing+=(chromium)
  python3 -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3 python3-venv)
  if ((${#missing[@]} == 0)); then
    echo 'all servers are installed'
  else
    install_packages "${missing[@]}"
  fi
  install_python
}

install_packages() {
  local as_root=()
  ((EUID == 0)) || as_root=(sudo)
  export DEBIAN_FRONTEND=noninteractive
  "${as_root[@]}" apt-get update -qq
  # RUNLEVEL=1 keeps the packages from starting their own daemons: the tests start theirs.
  "${as_root[@]}" env RUNLEVEL=1 apt-get install -y -qq --no-install-recommends "$@" >/dev/null
  echo "installed $*"
}

# Python packages in an environment of their own, kept between runs as long as it works and holds what is asked for.
install_python() {
  local wanted=.ci/requirements.txt
  python_folder=${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/lastvakt-ci/python
  if "$python_folder/bin/python" -c 'import ocpp, websockets' 2>/dev/null && cmp -s "$wanted" "$python_folder/installed"; then
    return
  fi
  rm -rf "$python_folder"
  python3 -m venv "$python_folder"
  "$python_folder/bin/pip" install --quiet --disable-pip-version-check -r "$wanted"
  cp "$wanted" "$python_folder/installed"
  echo "installed $(grep -v '^#' "$wanted" | paste -sd ' ') for Python"
}

start_servers() {
  servers_folder=$(mktemp -d -t lastvakt-ci.XXXXXX)
  chmod 755 "$servers_folder" # PostgreSQL runs as another user and must reach its folder.
  local mqtt postgres influx influx_backup victoria
  read -r mqtt postgres influx influx_backup victoria < <(free_ports 5)

  start_mosquitto "$mqtt"
  start_postgres "$postgres"
  start_influx "$influx" "$influx_backup"
  start_victoria "$victoria"

  wait_until mosquitto port_answers "$mqtt"
  wait_until postgres "$(postgres_bin)/pg_isready" -q -h 127.0.0.1 -p "$postgres"
  wait_until influx http_answers "http://127.0.0.1:$influx/ping"
  wait_until victoria http_answers "http://127.0.0.1:$victoria/health"

  export LASTVAKT_TEST_MQTT_URL="mqtt://127.0.0.1:$mqtt"
  export LASTVAKT_TEST_POSTGRES_URL="postgres://postgres@127.0.0.1:$postgres/postgres"
  export LASTVAKT_TEST_INFLUX_URL="http://127.0.0.1:$influx"
  export LASTVAKT_TEST_VICTORIA_URL="http://127.0.0.1:$victoria"
  LASTVAKT_TEST_CHROMIUM=$(command -v chromium)
  LASTVAKT_TEST_MOSQUITTO=$(PATH="$PATH:/usr/sbin" command -v mosquitto)
  LASTVAKT_TEST_POSTGRES_BIN=$(postgres_bin)
  LASTVAKT_TEST_PYTHON=$python_folder/bin/python
  # Programs, for tests that start and kill their own.
  export LASTVAKT_TEST_CHROMIUM LASTVAKT_TEST_MOSQUITTO LASTVAKT_TEST_POSTGRES_BIN LASTVAKT_TEST_PYTHON
}

start_mosquitto() {
  printf 'listener %s 127.0.0.1\nallow_anonymous true\npersistence false\n' "$1" \
    >"$servers_folder/mosquitto.conf"
  PATH="$PATH:/usr/sbin" in_background mosquitto mosquitto -c "$servers_folder/mosquitto.conf"
}

start_postgres() {
  local data="$servers_folder/postgres" bin as_owner=()
  bin=$(postgres_bin)
  mkdir -p "$data"
  if ((EUID == 0)); then # PostgreSQL refuses to run as root.
    chown postgres:postgres "$data"
    as_owner=(setpriv --reuid=postgres --regid=postgres --init-groups)
  fi
  "${as_owner[@]}" "$bin/initdb" -D "$data" -U postgres --auth=trust --encoding=UTF8 --no-locale >/dev/null
  in_background postgres "${as_owner[@]}" "$bin/postgres" -D "$data" -p "$1" \
    -c listen_addresses=127.0.0.1 -c unix_socket_directories="$data"
}

start_influx() {
  local data="$servers_folder/influx"
  mkdir -p "$data"
  cat >"$data/influxdb.conf" <<CONFIG
reporting-disabled = true
bind-address = "127.0.0.1:$2"
[meta]
  dir = "$data/meta"
[data]
  dir = "$data/data"
  wal-dir = "$data/wal"
[monitor]
  store-enabled = false
[http]
  bind-address = "127.0.0.1:$1"
  log-enabled = false
CONFIG
  in_background influx influxd -config "$data/influxdb.conf"
}

start_victoria() {
  in_background victoria victoria-metrics -storageDataPath="$servers_folder/victoria" \
    -httpListenAddr="127.0.0.1:$1"
}

# Ends the servers this script started, by pid, and removes their data. May be called twice.
stop_servers() {
  local pid
  for pid in "${server_pids[@]}"; do kill -TERM "$pid" 2>/dev/null || true; done
  for pid in "${server_pids[@]}"; do
    local deadline=$((SECONDS + stop_timeout_s))
    while kill -0 "$pid" 2>/dev/null && ((SECONDS < deadline)); do sleep 0.1; done
    kill -KILL "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
  server_pids=()
  [[ -z "$servers_folder" ]] || rm -rf "$servers_folder"
  servers_folder=''
}

in_background() {
  local name=$1
  shift
  "$@" >"$servers_folder/$name.log" 2>&1 &
  server_pids+=("$!")
}

wait_until() {
  local name=$1 deadline=$((SECONDS + ready_timeout_s))
  shift
  until "$@" >/dev/null 2>&1; do
    if ((SECONDS >= deadline)); then
      echo "$name was not ready within $ready_timeout_s s; the end of its log:" >&2
      tail -n 20 "$servers_folder/$name.log" >&2
      return 1
    fi
    sleep 0.1
  done
}

http_answers() { node -e 'fetch(process.argv[1]).then((answer) => process.exit(answer.ok ? 0 : 1))' "$1"; }

port_answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1"); }

# Folder of the newest installed PostgreSQL, empty when there is none: Debian keeps initdb out of PATH.
postgres_bin() { find /usr/lib/postgresql -mindepth 2 -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -n 1; }

# Ports nobody listens on, all held at once so that they differ.
free_ports() {
  node -e '
    const { createServer } = require("node:net");
    const servers = Array.from({ length: Number(process.argv[1]) }, () => createServer().listen(0, "127.0.0.1"));
    setImmediate(() => {
      console.log(servers.map((server) => server.address().port).join(" "));
      for (const server of servers) server.close();
    });' "$1"
}
