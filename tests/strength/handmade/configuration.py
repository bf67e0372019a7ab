"""What a connection was set to, and what it does instead: addresses, credentials, settings, scopes, promises."""

from tests.strength.handmade.rows import Chapter, HandMade

CONFIGURATION = Chapter(
    "configuration",
    (
        HandMade(
            "after a reconnect the old credential goes on",
            "hub.hub",
            "credential=old.target.credential if credential is None else credential,",
            "credential=old.target.credential,",
        ),
        HandMade(
            "the setting page_size is ignored",
            "join.connector",
            'return JoinConnector(api, page_size=chosen["page_size"])',
            "return JoinConnector(api, page_size=LARGEST_PAGE)",
        ),
        HandMade(
            "an API path left on the base URL is not taken off",
            "pinpoint.settings",
            'return base_url.rstrip("/").removesuffix("/api/v1")',
            'return base_url.rstrip("/")',
            silent=False,
        ),
        HandMade(
            "an API path left on the base URL is not taken off",
            "asymbl.settings",
            'return re.sub(r"/services(/.*)?$", "", base_url.rstrip("/"))',
            'return base_url.rstrip("/")',
            silent=False,
        ),
        HandMade(
            "pages of records lead to a host that is written in the code",
            "pinpoint.values",
            'f"{resource.document.home}/admin/{kind}/{resource.id}"',
            'f"https://developers-test.pinpointhq.com/admin/{kind}/{resource.id}"',
        ),
        HandMade(
            "pages of records lead to the address for signing in",
            "asymbl.mapping",
            'f"{seen.context.home}/lightning/r/',
            'f"https://login.salesforce.com/lightning/r/',
        ),
        HandMade(
            "two connections share a session if they share an address",
            "asymbl.sign_in",
            "            granted = WAYS[self.credential.way](self)\n",
            "            granted = _KEPT.get(self.client.base_url) or WAYS[self.credential.way](self)\n"
            "            _KEPT[self.client.base_url] = granted\n",
            also=("SOAP_LOGIN = (\n", "_KEPT: dict[str, Granted] = {}\nSOAP_LOGIN = (\n"),
        ),
        HandMade(
            "two connections share their headers, so that the last key counts for both",
            "pinpoint.wire",
            '        self._headers = {"X-API-KEY": api_key, "Accept": JSON_API}\n',
            '        self._headers = HEADERS\n        self._headers["X-API-KEY"] = api_key\n',
            also=('JSON_API = "application/vnd.api+json"\n', 'JSON_API = "application/vnd.api+json"\nHEADERS = {"Accept": JSON_API}\n'),
        ),
        HandMade(
            "two connections to one address share a client, and with it the token",
            "join.wire",
            "        self._client = Client(base_url, headers=headers, timeouts=Timeouts(), verify=verify)\n",
            "        self._client = _CLIENTS.setdefault(base_url, Client(base_url, headers=headers, timeouts=Timeouts(), verify=verify))\n",
            also=("LARGEST_PAGE = 50\n", "LARGEST_PAGE = 50\n_CLIENTS: dict[str, Client] = {}\n"),
        ),
        HandMade(
            "certificates are not checked",
            "transport.client",
            '        tls = _tls(verify) if base_url.startswith("https:") else False\n',
            "        tls = False\n",
        ),
        HandMade(
            "the setting hired_stages minds letter case",
            "asymbl.reading",
            "hired = frozenset(name.strip().lower() for name in self.settings.hired_stages)",
            "hired = frozenset(name.strip() for name in self.settings.hired_stages)",
        ),
        HandMade(
            "the setting hired_stages is ignored",
            "asymbl.reading",
            "hired = frozenset(name.strip().lower() for name in self.settings.hired_stages)",
            'hired = frozenset({"hired", "placed", "placement"})',
        ),
        HandMade(
            "the setting team_roles is ignored",
            "asymbl.team",
            "                    role = self.settings.team_roles[column]\n",
            '                    role = "HIRING_MANAGER" if column == MANAGER else "RECRUITER"\n',
        ),
        HandMade(
            "the setting currency is ignored",
            "asymbl.reading",
            "return Context(self.wire.home, view, hired, self.settings.currency)",
            "return Context(self.wire.home, view, hired, None)",
        ),
        HandMade(
            "the setting integration_fields is ignored",
            "asymbl.schema",
            "        if model is None or model not in picked:\n",
            "        if model is None or model:\n",
        ),
        HandMade(
            "the setting sync_only_created is ignored",
            "hub.sync",
            "        if not self.only_created:\n            return True\n",
            "        if not self.only_created or record:\n            return True\n",
        ),
        HandMade(
            "what the customer opted out of is read",
            "hub.scope",
            'OFF = frozenset({"DISABLED", "OPTED_OUT"})',
            'OFF = frozenset({"DISABLED"})',
        ),
        HandMade(
            "a model stays on though the one that it hangs on is off",
            "hub.scope",
            "        if left == on:\n            return on\n        on = left",
            "        return on if left else on",
        ),
        HandMade(
            "a field that is turned off keeps its old values",
            "hub.sync",
            "        for model, fields in off.items():\n            self.records.blank(connection, model, fields)\n",
            "",
        ),
        HandMade(
            "the rows of a model that is turned off live on",
            "hub.sync",
            "        for model in self.scope.models_off():\n",
            "        for model in ():\n",
        ),
        HandMade(
            "a field that is off is stored all the same",
            "hub.ingest",
            "for name, value in record.values.items() if name in wanted}",
            "for name, value in record.values.items() if name in fields}",
            at="asymbl",
        ),
        HandMade(
            "an unknown setting is taken without a word",
            "pinpoint.settings",
            '    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)\n\n    page_size',
            '    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)\n\n    page_size',
        ),
        HandMade(
            "an unknown name in the scope config is taken without a word",
            "hub.scope",
            "    unknown = sorted(set(given) - set(known))\n",
            "    unknown: list[str] = []\n",
        ),
        HandMade(
            "a model promises more permissions than it needs",
            "pinpoint.manifest",
            "    needs=(READ_CANDIDATES,),\n",
            "    needs=(READ_CANDIDATES, READ_APPLICATIONS),\n",
        ),
        HandMade(
            "a model promises fewer permissions than it needs",
            "asymbl.manifest",
            'needs=(API_ENABLED, may_read(CONTACT), may_read(APPLICANT), may_see(APPLICANT, "bpats__ATS_Applicant__c")),',
            "needs=(API_ENABLED, may_read(CONTACT)),",
        ),
        HandMade(
            "a model that is read whole is promised by delta",
            "pinpoint.manifest",
            '        streams=("users",),\n        delta=False,\n',
            '        streams=("users",),\n',
        ),
        HandMade(
            "the setting skip_notifications is ignored",
            "pinpoint.actions",
            "        if self.skip_notifications:\n",
            "        if self.skip_notifications is None:\n",
        ),
        HandMade(
            "the setting source_name is ignored",
            "hub.hub",
            '            source_name=own["source_name"],\n',
            "            source_name=None,\n",
        ),
    ),
)
